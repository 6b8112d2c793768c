"""The way to the API from this machine, with a kubectl that the test scripts."""

import os
from pathlib import Path

import pytest
from stenofleet_deploy import portforward
from stenofleet_deploy.cluster import Cluster, Flavour
from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.release import Release

SERVICES = """{"items": [
  {"metadata": {"name": "sf-redis", "labels": {"app.kubernetes.io/component": "redis"}}},
  {"metadata": {"name": "sf-api", "labels": {"app.kubernetes.io/component": "api"}}}]}"""


def release(folder: Path, forwarding: str, services: str = SERVICES) -> Release:
    kubectl = folder / "kubectl"
    script = (
        f"#!/bin/sh\ncase \"$*\" in *port-forward*) {forwarding};; *) echo '{services}';; esac\n"
    )
    kubectl.write_text(script)
    kubectl.chmod(0o755)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}"}
    return Release(Cluster(Flavour.NAMED, "mine", environment), "sf", "ns")


def test_the_url_is_the_one_that_kubectl_opened_and_closes_with_the_context(tmp_path: Path) -> None:
    opening = f'echo $$ > {tmp_path}/pid; echo "Forwarding from 127.0.0.1:4711 -> 8000"'
    here = release(tmp_path, f"{opening}; exec sleep 60")
    with portforward.api(here) as url:
        assert url == "http://127.0.0.1:4711"
        pid = int((tmp_path / "pid").read_text())
        assert Path(f"/proc/{pid}").exists()
    assert not Path(f"/proc/{pid}").exists()


def test_the_apis_service_is_found_among_the_others(tmp_path: Path) -> None:
    assert portforward.service(release(tmp_path, "true")) == "service/sf-api"


def test_a_failure_is_told_in_kubectls_words(tmp_path: Path) -> None:
    here = release(tmp_path, "echo pod is not running >&2; exit 1")
    with pytest.raises(DeployError, match="pod is not running"), portforward.api(here):
        pass


def test_a_release_that_is_not_there_is_told(tmp_path: Path) -> None:
    here = release(tmp_path, "true", '{"items": []}')
    with pytest.raises(DeployError, match="deploy it first"), portforward.api(here):
        pass
