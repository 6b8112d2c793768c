"""What the operator does to pods by the API server: marks, sizes, evictions."""

from collections.abc import Callable, Mapping
from typing import Any

from kubernetes.aio import client
from kubernetes.aio.client import ApiClient

from stenofleet_autoscaler import metrics
from stenofleet_autoscaler.act.calls import MANAGER, MERGE, STRATEGIC, TIMEOUT, answer

METRICS = ("metrics.k8s.io", "v1beta1")

Raw = Mapping[str, Any]


class PodCalls:
    """Calls about pods; failures are `ApiError`.

    Args:
        before_write: called before each write; raises `ApiError` when nothing may be written.
    """

    def __init__(self, api: ApiClient, before_write: Callable[[str], None]) -> None:
        self._core = client.CoreV1Api(api)
        self._custom = client.CustomObjectsApi(api)
        self._before_write = before_write

    async def annotate(
        self, namespace: str, pod: str, annotations: Mapping[str, str | None]
    ) -> None:
        """Sets annotations of a pod; None takes one away."""
        self._before_write("pod")
        await answer(
            self._core.patch_namespaced_pod(
                pod,
                namespace,
                {"metadata": {"annotations": dict(annotations)}},
                field_manager=MANAGER,
                _content_type=MERGE,
                _request_timeout=TIMEOUT,
            )
        )

    async def resize(self, namespace: str, pod: str, container: str, resources: Raw) -> None:
        """Changes one container's ``requests`` and ``limits`` in place."""
        self._before_write("resize")
        body = {"spec": {"containers": [{"name": container, "resources": dict(resources)}]}}
        await answer(
            self._core.patch_namespaced_pod_resize(
                pod,
                namespace,
                body,
                field_manager=MANAGER,
                _content_type=STRATEGIC,
                _request_timeout=TIMEOUT,
            )
        )

    async def evict(self, namespace: str, pod: str) -> None:
        """Evicts a pod, as ``kubectl drain`` does: budgets (PDBs) and grace periods hold.

        Raises:
            ApiError: 429 while a PodDisruptionBudget forbids it.
        """
        self._before_write("eviction")
        eviction = client.V1Eviction(metadata=client.V1ObjectMeta(name=pod, namespace=namespace))
        await answer(
            self._core.create_namespaced_pod_eviction(
                pod, namespace, eviction, _request_timeout=TIMEOUT
            )
        )

    async def usage(self, namespace: str, pod: str) -> Raw:
        """The pod's PodMetrics: ``containers`` with ``name`` and ``usage`` (cpu, memory).

        Raises:
            ApiError: 404 where no metrics server is installed, or it does not know the pod yet.
        """
        metrics.API_CALLS.labels("read usage").inc()
        found: Any = await answer(
            self._custom.get_namespaced_custom_object(
                *METRICS, namespace, "pods", pod, _request_timeout=TIMEOUT
            )
        )
        usage: Raw = found
        return usage
