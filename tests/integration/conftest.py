"""An API server that knows WorkerPools."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.api_server import ApiServer
from support.servers import until

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
CRD = Path(__file__).parents[2] / "manifests" / "crds" / "workerpools.yaml"


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """One API server that knows WorkerPools, for all tests; they take a namespace each."""
    server = ApiServer(tmp_path_factory.mktemp("api-server"))
    definition = yaml.safe_load(CRD.read_text())
    path = f"{DEFINITIONS}/{definition['metadata']['name']}"
    try:
        server.start()
        server.apply(path, definition)
        until(lambda: _is_established(server.get(path)), "the WorkerPools to be served")
        yield server
    finally:
        server.stop()


def _is_established(definition: dict[str, Any]) -> bool:
    conditions = definition.get("status", {}).get("conditions") or []
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)


@pytest.fixture
def namespace(api_server: ApiServer) -> str:
    """A namespace of the test's own."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    created = api_server.create("/api/v1/namespaces", {"metadata": {"name": name}})
    assert created.is_success, created.text
    return name
