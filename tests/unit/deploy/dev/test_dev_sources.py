"""Each changed file is copied, deployed or of no interest, and never two of them."""

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_deploy.dev.sources import SERVICES, WATCHED, code_of, is_input, plan
from stenofleet_deploy.images import SHARED_INPUTS, images
from support.checkouts import ROOT

parts = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8)
places = st.sampled_from([*WATCHED, *SERVICES, "libs/stenofleet/src/stenofleet", "docs", "tests"])
paths = st.builds(lambda place, names: "/".join([place, *names]), places, st.lists(parts))


@pytest.mark.parametrize(
    ("path", "target", "sources"),
    [
        ("services/api/src/stenofleet_api/a/b.py", "stenofleet_api/a/b.py", {"services/api"}),
        (
            "services/worker/src/stenofleet_worker/x.py",
            "stenofleet_worker/x.py",
            {"services/worker"},
        ),
        ("libs/stenofleet/src/stenofleet/keys.py", "stenofleet/keys.py", set(SERVICES)),
    ],
)
def test_code_lies_in_the_pods_of_those_who_run_it(
    path: str, target: str, sources: set[str]
) -> None:
    found = code_of(path)
    assert found is not None
    assert found.target == target
    assert {source for source in SERVICES if found.runs_in(source)} == sources


@pytest.mark.parametrize(
    "path",
    [
        "pyproject.toml",
        "uv.lock",
        "services/api/Dockerfile",
        "services/worker/pyproject.toml",
        "services/worker/campplus/graph.py",
        "libs/stenofleet/src/stenofleet/db/migrations/versions/0004_new.py",
        "helm/stenofleet/templates/beat.yaml",
        "manifests/crds/workerpools.yaml",
    ],
)
def test_what_images_schema_and_objects_are_made_of_is_deployed(path: str) -> None:
    found = plan([path])
    assert found.deploy == (path,)
    assert not found.code


@pytest.mark.parametrize("path", ["docs/chart.md", "tests/conftest.py", "deploy/src/a.py"])
def test_what_no_pod_runs_is_left_alone(path: str) -> None:
    found = plan([path])
    assert not found.deploy
    assert not found.code


@given(st.lists(paths))
def test_every_input_is_either_copied_or_deployed(changed: list[str]) -> None:
    found = plan(changed)
    copied = {each.path for each in found.code}
    assert not copied & set(found.deploy)
    assert copied | set(found.deploy) == {path for path in changed if is_input(path)}


@given(paths)
def test_code_keeps_its_place_below_its_package(path: str) -> None:
    found = code_of(path)
    if found:
        assert path == str(PurePosixPath(found.owner, "src", found.target))


def test_all_that_images_are_made_of_is_watched() -> None:
    for place in (*SHARED_INPUTS, *(image.folder for image in images("base"))):
        assert is_input(place)
        assert (ROOT / place).exists()


def test_the_watched_places_are_there() -> None:
    assert all((ROOT / place).exists() for place in WATCHED)
    assert all(Path(ROOT, service, "src").is_dir() for service in SERVICES)
