"""skaffold.yaml builds, copies and deploys what our own commands do."""

import copy
import re
import shutil
import subprocess
from pathlib import PurePosixPath
from typing import Any

import pytest
import yaml
from stenofleet_deploy.dev.command import PROFILE
from stenofleet_deploy.dev.copying import FOLDER
from stenofleet_deploy.dev.sources import LIBRARY, code_of
from stenofleet_deploy.guide import API_PORT
from stenofleet_deploy.images import for_development, images
from support.checkouts import ROOT

FILE = ROOT / "skaffold.yaml"
WRITTEN: dict[str, Any] = yaml.safe_load(FILE.read_text())
PROFILES = {profile["name"]: profile["patches"] for profile in WRITTEN["profiles"]}
MODELS = {None: "base", "tiny": "tiny.en"}
CHART = yaml.safe_load((ROOT / "helm/stenofleet/values.yaml").read_text())


def read(profile: str | None = None) -> dict[str, Any]:
    """The configuration with a profile's patches (RFC 6902); each must meet what it names."""
    found = copy.deepcopy(WRITTEN)
    for patch in PROFILES[profile] if profile else []:
        *parents, last = patch["path"].strip("/").split("/")
        at: Any = found
        for key in parents:
            at = at[int(key) if isinstance(at, list) else key]
        key = int(last) if isinstance(at, list) else last
        assert at[key] is not None
        if patch["op"] == "remove":
            del at[key]
        else:
            at[key] = patch["value"]
    return found


def release(configuration: dict[str, Any]) -> dict[str, Any]:
    [found] = configuration["deploy"]["helm"]["releases"]
    return dict(found)


def has(tree: Any, path: str) -> bool:
    for key in path.split("."):
        if key not in tree:
            return False
        tree = tree[key]
    return True


@pytest.mark.parametrize("profile", MODELS)
def test_the_images_are_those_of_our_own_command(profile: str | None) -> None:
    ours = {image.name: image for image in for_development(images(MODELS[profile]))}
    theirs = {each["image"]: each["docker"] for each in read(profile)["build"]["artifacts"]}

    assert set(theirs) == set(ours)
    for name, docker in theirs.items():
        assert docker["dockerfile"] == ours[name].dockerfile
        assert (ROOT / docker["dockerfile"]).is_file()
        assert docker.get("target") == ours[name].target
        # The housekeeping image gets the model's name from nobody.
        assert docker["buildArgs"] == dict(ours[name].arguments)


def test_the_images_go_where_the_chart_takes_them() -> None:
    wanted = {}
    for image in images("base"):
        name = re.sub(r"[^a-z0-9]", "_", image.name)
        for tag in image.values:
            wanted[tag] = f"{{{{.IMAGE_TAG_{name}}}}}"
            wanted[tag.replace(".tag", ".repository")] = f"{{{{.IMAGE_REPO_{name}}}}}"
    assert release(WRITTEN)["setValueTemplates"] == wanted


@pytest.mark.parametrize("profile", [None, *PROFILES])
def test_files_and_values_that_it_names_are_there(profile: str | None) -> None:
    found = release(read(profile))
    assert (ROOT / found["chartPath"] / "Chart.yaml").is_file()
    assert all((ROOT / file).is_file() for file in found["valuesFiles"])
    for path in found["setValues"]:
        assert has(CHART, path), path


def test_copied_files_lie_where_our_own_loop_puts_them() -> None:
    for artifact in WRITTEN["build"]["artifacts"]:
        service = str(PurePosixPath(artifact["docker"]["dockerfile"]).parent)
        rules = artifact["sync"]["manual"]
        assert {rule["strip"] for rule in rules} == {f"{LIBRARY}/src/", f"{service}/src/"}
        for rule in rules:
            assert rule["src"] == f"{rule['strip']}**/*.py"
            code = code_of(f"{rule['strip']}a/b.py")
            assert code is not None
            assert (rule["dest"], code.target) == (FOLDER, "a/b.py")


def test_it_deploys_the_profile_of_development_and_opens_the_api() -> None:
    found, [forward] = release(WRITTEN), WRITTEN["portForward"]
    assert found["valuesFiles"] == [PROFILE]
    assert found["setValues"]["dev.sync"] is True
    assert forward["resourceName"] == f"{found['name']}-api"
    assert forward["namespace"] == found["namespace"]
    assert forward["port"] == CHART["api"]["service"]["port"] == API_PORT


def test_staging_runs_no_code_that_changes() -> None:
    found = read("staging")
    assert release(found)["setValues"]["dev.sync"] is False
    for artifact in found["build"]["artifacts"]:
        assert "sync" not in artifact
        assert "RELOAD" not in artifact["docker"].get("buildArgs", {})


@pytest.mark.skipif(shutil.which("skaffold") is None, reason="skaffold is not on the PATH")
@pytest.mark.parametrize("profile", [None, *PROFILES])
def test_skaffold_itself_reads_it(profile: str | None) -> None:
    command = ["skaffold", "diagnose", "--yaml-only", "--filename", str(FILE)]
    command += ["--profile", profile] if profile else []
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert yaml.safe_load(done.stdout)["metadata"]["name"] == "stenofleet"
