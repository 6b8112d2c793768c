"""Programs that tests run: those on the PATH, else those that the cluster is built from."""

import functools
import json
import os
import shutil
import subprocess
from pathlib import Path

from stenofleet_cluster import build, machine
from stenofleet_cluster.places import Places
from stenofleet_cluster.progress import Progress

GATEWAY_API = "sigs.k8s.io/gateway-api@v1.3.0"


@functools.cache
def built() -> Path:
    """The folder of the cluster's programs; the first call on a machine compiles them."""
    places, progress = Places.from_environment(os.environ), Progress()
    return build.ensure(places.cache, machine.go(places.cache, progress), progress)


@functools.cache
def helm() -> str:
    return shutil.which("helm") or str(built() / "helm")


@functools.cache
def gateway_crds() -> tuple[Path, ...]:
    """The CRDs of the Gateway API that the chart writes objects of, from Go's module cache."""
    places, progress = Places.from_environment(os.environ), Progress()
    command = [machine.go(places.cache, progress), "mod", "download", "-json", GATEWAY_API]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    folder = Path(json.loads(done.stdout)["Dir"]) / "config" / "crd" / "standard"
    return tuple(
        folder / f"gateway.networking.k8s.io_{kind}.yaml" for kind in ("gateways", "httproutes")
    )
