"""What tests of the chart share."""

from collections.abc import Iterator

import pytest
from support.api_server import ADMIN, ApiServer
from support.chart import CRD
from support.kube_commands import KubeCommands
from support.programs import crds
from support.schemas import read_once


@pytest.fixture(autouse=True)
def schemas_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read_once(monkeypatch)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KubeCommands]:
    """An API server that knows WorkerPools, Gateways, Prometheus' operator and a priority class."""
    server = ApiServer(tmp_path_factory.mktemp("api-server"))
    try:
        server.start()
        commands = KubeCommands(server.kubeconfig(ADMIN))
        for crd in (CRD, *crds()):
            commands.kubectl("apply", "--server-side", "--filename", str(crd))
        commands.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
        # The class that a Pod names must be there; that of a workload's pods is looked at later.
        commands.kubectl("create", "priorityclass", "high", "--value=1000")
        yield commands
    finally:
        server.stop()
