"""A namespace of a real API server with one pod, whose node is played by the tests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from kubernetes.aio import client
from stenofleet_autoscaler.act.kube import Kube
from support.api_server import ADMIN, ApiServer

POD = "worker-1"

T = TypeVar("T")

ONE_SLOT = {
    "requests": {"cpu": "600m", "memory": "50Mi"},
    "limits": {"cpu": "4", "memory": "200Mi"},
}


@dataclass
class KubeShop:
    """A namespace of an API server."""

    api: ApiServer
    namespace: str

    def path(self, kind: str, name: str = "", group: str = "api/v1") -> str:
        return f"/{group}/namespaces/{self.namespace}/{kind}/{name}".rstrip("/")

    def make(self, kind: str, body: dict[str, Any], group: str = "api/v1") -> dict[str, Any]:
        answer = self.api.create(self.path(kind, group=group), body)
        assert answer.is_success, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def make_pod(
        self,
        resources: dict[str, Any] | None = None,
        labels: dict[str, str] | None = None,
        **container: Any,
    ) -> None:
        worker = {"name": "worker", "image": "w", "resources": resources or ONE_SLOT, **container}
        spec = {"containers": [worker, {"name": "proxy", "image": "p"}]}
        self.make("pods", {"metadata": {"name": POD, "labels": labels or {}}, "spec": spec})
        self.node_gives(resources or ONE_SLOT)

    def pod(self) -> dict[str, Any]:
        return self.api.get(self.path("pods", POD))

    def asked(self) -> dict[str, Any]:
        found: dict[str, Any] = self.pod()["spec"]["containers"][0]["resources"]
        return found

    def node_gives(self, resources: dict[str, Any], **condition: str) -> None:
        """What a kubelet writes after it took or refused a resize."""
        status = {
            "phase": "Running",
            "conditions": [condition] if condition else [],
            "containerStatuses": [
                {
                    "state": {"running": {}},
                    "name": "worker",
                    "image": "w",
                    "imageID": "w",
                    "restartCount": 0,
                    "ready": True,
                    "resources": resources,
                }
            ],
        }
        self.api.patch(self.path("pods", POD) + "/status", {"status": status})

    def node_obeys(self) -> None:
        self.node_gives(self.asked())

    def with_kube(
        self, scenario: Callable[[Kube], Awaitable[T]], may_write: Callable[[], bool] | None = None
    ) -> T:
        """Runs the scenario with a connection of the operator's own."""

        async def run() -> T:
            async with self.connected(may_write) as kube:
                return await scenario(kube)

        return asyncio.run(run())

    @asynccontextmanager
    async def connected(self, may_write: Callable[[], bool] | None = None) -> AsyncIterator[Kube]:
        """The operator's own connection, with all rights."""
        settings = client.Configuration(host=self.api.url)
        settings.verify_ssl = False
        headers = {"header_name": "Authorization", "header_value": f"Bearer {ADMIN}"}
        async with client.ApiClient(settings, **headers) as api:
            yield Kube(api, may_write or (lambda: True))
