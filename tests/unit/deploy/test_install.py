"""What is asked of helm and kubectl, by programs that write down what they are told."""

import json
import os
from pathlib import Path

import pytest
from stenofleet_deploy.cluster import Cluster, Flavour
from stenofleet_deploy.errors import CommandError, DeployError
from stenofleet_deploy.release import Release, has_one_node, install


def release(folder: Path, *, upgrade: str = "true", version: str = "v4.3.1") -> Release:
    """A release whose helm and kubectl keep their words in ``calls``, and helm its values."""
    put(folder / "kubectl", f'echo "$@" >> {folder}/calls')
    put(
        folder / "helm",
        f'echo "$@" >> {folder}/calls\n'
        f'case "$*" in *version*) echo {version};; *) cat > {folder}/values; {upgrade};; esac',
    )
    environment = {"PATH": f"{folder}:{os.environ['PATH']}"}
    return Release(Cluster(Flavour.NAMED, "mine", environment), "sf", "ns")


def put(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_the_crd_comes_first_then_the_namespace_then_the_chart(tmp_path: Path) -> None:
    install(release(tmp_path), tmp_path, {})
    calls = (tmp_path / "calls").read_text().splitlines()
    steps = ["version", "manifests/crds", "get namespace ns", "apply", "upgrade --install sf"]
    assert [step in call for step, call in zip(steps, calls, strict=True)] == [True] * 5


def test_values_of_the_user_win_over_those_of_the_images(tmp_path: Path) -> None:
    own = {"api": {"image": {"tag": "1"}}}
    install(release(tmp_path), tmp_path, own, files=["mine.yaml"], settings=["a.b=1"])
    assert json.loads((tmp_path / "values").read_text()) == own
    # Helm lets later files win over earlier ones, and --set over all files.
    last = (tmp_path / "calls").read_text().splitlines()[-1]
    assert last.endswith("--values - --values mine.yaml --set a.b=1")


def test_an_interrupted_deployment_tells_how_to_go_on(tmp_path: Path) -> None:
    busy = "echo 'Error: another operation (install/upgrade/rollback) is in progress' >&2; exit 1"
    with pytest.raises(DeployError, match="kubectl --context mine --namespace ns delete secret"):
        install(release(tmp_path, upgrade=busy), tmp_path, {})


def test_any_other_failure_of_helm_is_told_in_its_words(tmp_path: Path) -> None:
    broken = "echo 'values.schema.json: api.replicas' >&2; exit 1"
    with pytest.raises(CommandError, match=r"api\.replicas"):
        install(release(tmp_path, upgrade=broken), tmp_path, {})


def test_an_old_helm_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match=r"expected version 4 or later, got v3\.18\.0"):
        install(release(tmp_path, version="v3.18.0"), tmp_path, {})


@pytest.mark.parametrize(("listed", "one"), [("node/a", True), ("node/a\nnode/b", False)])
def test_the_nodes_of_a_cluster_are_counted(tmp_path: Path, listed: str, *, one: bool) -> None:
    found = release(tmp_path)
    put(tmp_path / "kubectl", f"printf '{listed}\\n'")
    assert has_one_node(found.cluster) is one
