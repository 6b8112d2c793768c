"""Which cluster is meant, and that no other is touched."""

from pathlib import Path

import pytest
from stenofleet_deploy import context
from stenofleet_deploy.cluster import Flavour
from stenofleet_deploy.delivery import require_registry
from stenofleet_deploy.errors import DeployError


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the PATH; tests put programs of their own there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def put(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_a_named_context_wins_over_docker(programs: Path) -> None:
    put(programs, "docker", "exit 0")
    assert context.choose("mine") is Flavour.NAMED


def test_a_docker_engine_that_answers_means_kind(programs: Path) -> None:
    put(programs, "docker", "exit 0")
    assert context.choose(None) is Flavour.KIND


def test_a_docker_client_without_an_engine_does_not_count(programs: Path) -> None:
    put(programs, "docker", "exit 1")
    assert context.choose(None) is Flavour.EMBEDDED


@pytest.mark.usefixtures("programs")
def test_without_docker_the_cluster_of_this_repository_is_meant() -> None:
    assert context.choose(None) is Flavour.EMBEDDED


def test_the_users_wish_wins_over_the_rule(programs: Path) -> None:
    put(programs, "docker", "exit 0")
    assert context.choose(None, Flavour.EMBEDDED) is Flavour.EMBEDDED


def test_a_context_and_a_kind_of_cluster_contradict_each_other() -> None:
    with pytest.raises(DeployError, match=r"--context \(mine\) or --cluster \(kind\)"):
        context.choose("mine", Flavour.KIND)


def test_an_unknown_context_is_refused_by_its_name(programs: Path) -> None:
    put(programs, "kubectl", "echo production; echo mine")
    with pytest.raises(DeployError, match=r"\(production, mine\), got 'mien'"):
        context.named("mien")


def test_every_command_names_the_context(programs: Path, tmp_path: Path) -> None:
    put(programs, "kubectl", f'echo "$@" >> {tmp_path}/calls; echo mine')
    put(programs, "helm", f'echo "$@" >> {tmp_path}/calls')
    cluster = context.find(Flavour.NAMED, "mine")
    cluster.helm("list")
    first, *others = (tmp_path / "calls").read_text().splitlines()
    assert first.startswith("config get-contexts")
    assert others
    assert all(line.startswith(("--context mine ", "--kube-context mine ")) for line in others)


def test_kind_is_missing_where_docker_answers(programs: Path) -> None:
    put(programs, "docker", "exit 0")
    with pytest.raises(DeployError, match="install kind, or name a context"):
        context.start(Flavour.KIND, None)


def test_kind_leaves_the_users_kubeconfig_alone(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    put(programs, "kind", f'echo "$@" >> {tmp_path}/calls')
    put(programs, "kubectl", "exit 0")
    cluster = context.start(Flavour.KIND, None)
    own = f"{tmp_path}/cache/stenofleet/kind/kubeconfig"
    assert (
        f"create cluster --wait 120s --name stenofleet --kubeconfig {own}"
        in (tmp_path / "calls").read_text()
    )
    assert cluster.environment == {"KUBECONFIG": own}


def test_a_cluster_that_does_not_answer_is_named(programs: Path) -> None:
    put(programs, "kubectl", 'case "$1" in config) echo mine;; *) echo refused >&2; exit 1;; esac')
    with pytest.raises(DeployError, match=r"(?s)cluster mine does not answer.*refused"):
        context.find(Flavour.NAMED, "mine")


def test_a_named_context_needs_a_registry() -> None:
    with pytest.raises(DeployError, match="--registry"):
        require_registry(Flavour.NAMED, None)
    require_registry(Flavour.EMBEDDED, None)
