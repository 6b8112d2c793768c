"""Kustomize's overlays are the chart: the same objects, accepted by an API server."""

import os
import shutil
from pathlib import Path

import pytest
import yaml
from stenofleet_deploy.manifests.__main__ import main
from stenofleet_deploy.manifests.layout import BELOW, profiles_of
from support import documents
from support.chart import CHART, ROOT, Object, of_kind
from support.kube_commands import KubeCommands
from support.kustomize import (
    MANIFESTS,
    OVERLAYS,
    by_helm,
    comparable,
    kustomized,
    masked,
    passwords,
    secrets_made,
)
from support.programs import helm
from support.schemas import check, supported_versions

PAGE = ROOT / "docs" / "manifests.md"


def secrets(objects: list[Object]) -> list[Object]:
    return [each for each in objects if each["kind"] == "Secret"]


def rest(objects: list[Object]) -> list[Object]:
    return [each for each in objects if each["kind"] != "Secret"]


def test_every_profile_has_its_overlay() -> None:
    profiles = {path.stem for path in (CHART / "profiles").iterdir()} - {"operator-only"}
    assert {path.name for path in OVERLAYS.iterdir()} == set(BELOW) == profiles


def test_the_base_is_the_chart() -> None:
    assert comparable(kustomized(MANIFESTS / "base")) == comparable(rest(by_helm()))


@pytest.mark.parametrize("overlay", BELOW)
def test_an_overlay_is_the_chart_with_that_profile(overlay: str) -> None:
    found = comparable(kustomized(OVERLAYS / overlay))
    assert found == comparable(rest(by_helm(*profiles_of(overlay))))


@pytest.mark.parametrize("overlay", BELOW)
def test_the_script_makes_the_secrets_of_the_chart_with_passwords_of_their_own(
    overlay: str,
) -> None:
    made = secrets_made()
    assert masked(made) == masked(secrets(by_helm(*profiles_of(overlay))))
    again = passwords(secrets_made())
    assert len({*passwords(made).values(), *again.values()}) == 2 * len(made)
    assert min(map(len, again.values())) >= 32


@pytest.mark.parametrize("overlay", BELOW)
def test_every_supported_kubernetes_knows_every_object(overlay: str) -> None:
    for found in kustomized(OVERLAYS / overlay):
        check(found, *supported_versions())


@pytest.mark.parametrize("overlay", BELOW)
def test_an_api_server_accepts_every_object(
    overlay: str, cluster: KubeCommands, tmp_path: Path
) -> None:
    cluster.namespace(f"overlay-{overlay}")
    below = os.path.relpath(OVERLAYS / overlay, tmp_path.resolve())
    told = {"namespace": f"overlay-{overlay}", "resources": [below]}
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(told))
    strict = ("apply", "--server-side", "--dry-run=server", "--validate=strict")
    lines = cluster.kubectl(*strict, "--kustomize", str(tmp_path)).splitlines()
    assert len(lines) == len(kustomized(OVERLAYS / overlay))


@pytest.fixture(scope="module")
def applied(cluster: KubeCommands) -> KubeCommands:
    """A cluster on which every command of the page was typed, in its order."""
    for typed in typed_commands():
        cluster.shell(typed, ROOT)
    return cluster


def typed_commands() -> list[str]:
    """The commands of the page's first block."""
    language, block = documents.FENCE.findall(PAGE.read_text())[0]
    assert language == "sh"
    return list(block.strip().splitlines())


def test_what_the_page_shows_makes_the_objects_of_dev(applied: KubeCommands) -> None:
    kinds = "deployments,statefulsets,workerpools,services,jobs,secrets"
    items = applied.get(kinds, "--namespace", "stenofleet")["items"]
    there = {(each["kind"], each["metadata"]["name"]) for each in items}
    made = [*kustomized(OVERLAYS / "dev"), *secrets_made()]
    wanted = {(each["kind"], each["metadata"]["name"]) for each in made}
    assert there == {each for each in wanted if each[0] in {kind for kind, _ in there}}
    assert len({kind for kind, _ in there}) == len(kinds.split(","))


def test_a_second_run_of_the_script_changes_no_password(applied: KubeCommands) -> None:
    def data() -> dict[str, object]:
        items = applied.get("secrets", "--namespace", "stenofleet")["items"]
        return {each["metadata"]["name"]: each["data"] for each in items}

    before = data()
    [script] = [each for each in typed_commands() if "secrets.sh" in each]
    with pytest.raises(AssertionError, match="already exists"):
        applied.shell(script, ROOT)
    assert data() == before


def test_without_openssl_the_script_prints_no_secret(tmp_path: Path) -> None:
    for name in ("sh", "dirname", "grep", "tr", "sort", "sed"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    commands = KubeCommands(tmp_path / "none", path=str(tmp_path))
    with pytest.raises(AssertionError, match="openssl made no password: expected it on the PATH"):
        commands.shell(f"sh {MANIFESTS / 'secrets.sh'}", ROOT)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The chart and the manifests, to be changed."""
    (tmp_path / "helm").symlink_to(ROOT / "helm")
    shutil.copytree(MANIFESTS, tmp_path / "manifests")
    return tmp_path


def test_an_overlay_of_one_s_own_has_its_namespace_and_its_registry(copied: Path) -> None:
    folder = copied / "manifests" / "overlays" / "mine"
    folder.mkdir()
    [told] = documents.blocks(PAGE.read_text(), "yaml")
    (folder / "kustomization.yaml").write_text(told)
    made = kustomized(folder)
    namespace = yaml.safe_load(told)["namespace"]
    assert namespace != "stenofleet"
    assert {each["metadata"]["namespace"] for each in made} == {namespace}
    for binding in of_kind(made, "RoleBinding").values():
        assert [each["namespace"] for each in binding["subjects"]] == [namespace]
    images = {
        container["image"]
        for each in of_kind(made, "Deployment").values()
        for container in each["spec"]["template"]["spec"]["containers"]
    }
    assert all(image.startswith("registry.example.com/team/") for image in images)


@pytest.fixture
def _helm_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(Path(helm()).parent), prepend=os.pathsep)


@pytest.mark.usefixtures("_helm_on_the_path")
def test_the_manifests_are_what_the_chart_makes_now() -> None:
    main(["--check", "--root", str(ROOT)])


@pytest.mark.usefixtures("_helm_on_the_path")
def test_a_manifest_that_was_changed_or_forgotten_is_named_and_made_anew(copied: Path) -> None:
    forgotten = copied / "manifests" / "overlays" / "dev" / "old.yaml"
    forgotten.write_text("kind: Old\n")
    with pytest.raises(SystemExit, match=r"old\.yaml is not what the chart makes: run `make mani"):
        main(["--check", "--root", str(copied)])
    (copied / "manifests" / "base" / "api.yaml").write_text("kind: Changed\n")
    with pytest.raises(SystemExit, match=r"api\.yaml is not what the chart makes"):
        main(["--check", "--root", str(copied)])

    main(["--root", str(copied)])
    main(["--check", "--root", str(copied)])
    assert not forgotten.exists()
