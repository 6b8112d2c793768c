"""What tests of the chart share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.apiserver import ApiServer
from support.chart import CRD


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """An API server that knows WorkerPools."""
    server = ApiServer(Path(tmp_path_factory.mktemp("apiserver")))
    try:
        server.start()
        server.kubectl("apply", "--server-side", "--filename", str(CRD))
        server.kubectl(
            "wait", "--for=condition=Established", "crd/workerpools.stenofleet.io", "--timeout=30s"
        )
        yield server
    finally:
        server.stop()
