"""Before an upgrade the operator's image brings the definition of WorkerPools to its version."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.api_server import ADMIN, ApiServer
from support.servers import until

SAMPLE = Path(__file__).parents[3] / "manifests" / "samples" / "workerpool.yaml"
CRD = Path(__file__).parents[3] / "manifests" / "crds" / "workerpools.yaml"
PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/workerpools.stenofleet.io"
COMMAND = Path(sys.executable).parent / "stenofleet-autoscaler"


def upgrade(server: ApiServer, folder: Path, who: str = ADMIN) -> subprocess.CompletedProcess[str]:
    words = ["upgrade-crds", str(folder), "--kubeconfig", str(server.kubeconfig(who))]
    return subprocess.run(
        [COMMAND, *words], capture_output=True, text=True, timeout=120, check=False
    )


def fields(definition: Any) -> set[str]:
    schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return set(schema["properties"]["spec"]["properties"])


@pytest.fixture
def older(api_server: ApiServer, namespace: str) -> Any:
    """A cluster whose definition knows no `mode`, as an older chart installed it."""
    definition = yaml.safe_load(CRD.read_text())
    del definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"][
        "properties"
    ]["mode"]
    api_server.apply(PATH, definition)
    yield definition
    api_server.apply(PATH, yaml.safe_load(CRD.read_text()))
    # The server goes by a changed definition a moment later; other tests must not meet the old one.
    pools = f"/apis/stenofleet.io/v1alpha1/namespaces/{namespace}/workerpools"
    pool = yaml.safe_load(SAMPLE.read_text())
    pool["spec"]["mode"] = "Paused"
    until(lambda: api_server.create(pools, pool).is_success, "the definition to be served")


def test_a_field_that_an_older_chart_did_not_know_is_there_afterwards(
    older: Any, api_server: ApiServer
) -> None:
    assert "mode" not in fields(api_server.get(PATH))
    done = upgrade(api_server, CRD.parent)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "applied: workerpools.stenofleet.io\n"
    assert fields(api_server.get(PATH)) == fields(older) | {"mode"}


def test_a_second_upgrade_changes_nothing(api_server: ApiServer) -> None:
    upgrade(api_server, CRD.parent)
    before = api_server.get(PATH)["metadata"]["generation"]
    assert upgrade(api_server, CRD.parent).returncode == 0
    assert api_server.get(PATH)["metadata"]["generation"] == before


def test_what_is_refused_is_told_with_its_name(api_server: ApiServer, tmp_path: Path) -> None:
    broken = yaml.safe_load(CRD.read_text())
    broken["spec"]["scope"] = "Nowhere"
    (tmp_path / "broken.yaml").write_text(yaml.safe_dump(broken))
    done = upgrade(api_server, tmp_path)
    assert done.returncode == 1
    assert "stenofleet-autoscaler: workerpools.stenofleet.io: 422" in done.stderr
