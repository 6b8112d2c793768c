"""What tests of the chart share."""

from collections.abc import Iterator

import pytest
from support.api_server import ADMIN, ApiServer
from support.chart import CRD
from support.kube_commands import KubeCommands


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KubeCommands]:
    """An API server that knows WorkerPools."""
    server = ApiServer(tmp_path_factory.mktemp("api-server"))
    try:
        server.start()
        commands = KubeCommands(server.kubeconfig(ADMIN))
        commands.kubectl("apply", "--server-side", "--filename", str(CRD))
        commands.kubectl(
            "wait", "--for=condition=Established", "crd/workerpools.stenofleet.io", "--timeout=30s"
        )
        yield commands
    finally:
        server.stop()
