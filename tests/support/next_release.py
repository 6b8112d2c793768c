"""The release that comes after the one that is installed.

None is published yet, so it is this very code under another version: the chart with a higher
number and a field more in its WorkerPools, and each image under a second tag. Kubernetes replaces
every pod all the same; that old code runs on a new schema is tested with the schema.
"""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import yaml
from stenofleet_deploy.builders import Docker, find_builder
from stenofleet_deploy.delivery import way_to
from stenofleet_deploy.images import images
from stenofleet_deploy.kind import docker_answers
from stenofleet_deploy.release import Release, plant
from stenofleet_deploy.shell import run
from support.releases import ROOT

VERSION = "99.0.0"
NEW_FIELD = "ticket"
"""What only the next release's WorkerPools have: a text."""
MODEL = "tiny.en"


def next_chart(folder: Path) -> Path:
    """The chart with a higher version, whose WorkerPools may have `NEW_FIELD`."""
    chart = folder / "stenofleet"
    shutil.copytree(ROOT / "helm" / "stenofleet", chart)
    file = chart / "Chart.yaml"
    file.write_text(re.sub(r"(?m)^version: .*$", f"version: {VERSION}", file.read_text()))
    _add_field(chart)
    return chart


def _add_field(chart: Path) -> None:
    definition, values = chart / "crds" / "workerpools.yaml", chart / "values.schema.json"
    crd = yaml.safe_load(definition.read_text())
    [version] = crd["spec"]["versions"]
    pool = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    schema = json.loads(values.read_text())
    for place in (pool, schema["$defs"]["poolSpec"]):
        place["properties"][NEW_FIELD] = {"type": "string"}
    definition.write_text(yaml.safe_dump(crd))
    values.write_text(json.dumps(schema))


def next_images(release: Release) -> dict[str, Any]:
    """Values with the second tag of each image, which is brought to the cluster."""
    builder = find_builder(docker=docker_answers())
    registry = os.environ.get("REGISTRY") or None
    bring = way_to(release.cluster.flavour, builder, registry)
    used: dict[str, Any] = json.loads(_values(release))
    values: dict[str, Any] = {}
    for image in images(MODEL):
        before = _found(used, image.values[0])
        after = f"{before}-next"
        engine = ["docker"] if isinstance(builder, Docker) else _BUILDAH
        run([*engine, "tag", f"{image.name}:{before}", f"{image.name}:{after}"], timeout=60)
        bring(f"{image.name}:{after}")
        for path in image.values:
            plant(values, path, after)
    return values


_BUILDAH = ["buildah", "--storage-driver", "overlay"]


def _values(release: Release) -> str:
    words = ("get", "values", release.name, "--namespace", release.namespace, "-o", "json")
    return release.cluster.helm(*words)


def _found(values: dict[str, Any], path: str) -> str:
    found: Any = values
    for key in path.split("."):
        found = found[key]
    return str(found)
