"""The API server's objects that the operator reads by name or writes. Nothing else is written."""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from kubernetes.aio import client
from kubernetes.aio.client import ApiClient

from stenofleet_autoscaler import metrics
from stenofleet_autoscaler.act.calls import (
    APPLY,
    CONFLICT,
    MANAGER,
    MERGE,
    NOT_FOUND,
    TIMEOUT,
    answer,
)
from stenofleet_autoscaler.act.errors import ApiError
from stenofleet_autoscaler.act.kube_pods import PodCalls
from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.spec import SecretRef, TargetRef
from stenofleet_autoscaler.watch.kinds import GROUP, PLURAL, VERSION

__all__ = ["CONFLICT", "NOT_FOUND", "Kube"]

Raw = Mapping[str, Any]


class Kube:
    """Calls to the API server, each with a timeout; failures are `ApiError`.

    Args:
        may_write: asked before each write: a leader that was deposed stops in the middle of a tick.

    Attributes:
        pods: the calls about pods.
    """

    def __init__(self, api: ApiClient, may_write: Callable[[], bool] = lambda: True) -> None:
        self._core = client.CoreV1Api(api)
        self._apps = client.AppsV1Api(api)
        self._events = client.EventsV1Api(api)
        self._custom = client.CustomObjectsApi(api)
        self._may_write = may_write
        self.pods = PodCalls(api, self._before_write)

    def _before_write(self, kind: str) -> None:
        if not self._may_write():
            raise ApiError(0, "not written: another replica of the operator leads")
        metrics.API_CALLS.labels(kind).inc()

    async def secret_value(self, namespace: str, ref: SecretRef) -> str:
        """One key of a Secret.

        Raises:
            Unseen: the Secret, its key, or the API server is not there.
        """
        metrics.API_CALLS.labels("read secret").inc()
        try:
            secret = await answer(
                self._core.read_namespaced_secret(ref.name, namespace, _request_timeout=TIMEOUT)
            )
        except ApiError as error:
            raise _unseen(error, ref) from None
        encoded = (secret.data or {}).get(ref.key)
        if encoded is None:
            raise Unseen("SecretKeyMissing", f"Secret {ref.name} has no key {ref.key}")
        try:
            return base64.b64decode(encoded).decode().strip()
        except (binascii.Error, UnicodeDecodeError):
            raise Unseen("InvalidURL", f"{ref.key} of Secret {ref.name} is no text") from None

    async def scale(self, namespace: str, target: TargetRef, replicas: int) -> None:
        """Sets the replicas of a target, by its scale subresource."""
        self._before_write("scale")
        patch = {
            "Deployment": self._apps.patch_namespaced_deployment_scale,
            "StatefulSet": self._apps.patch_namespaced_stateful_set_scale,
        }[target.kind]
        await answer(
            patch(
                target.name,
                namespace,
                {"spec": {"replicas": replicas}},
                field_manager=MANAGER,
                _content_type=MERGE,
                _request_timeout=TIMEOUT,
            )
        )

    async def patch_pool(self, namespace: str, pool: str, body: Raw) -> None:
        """Merges into a WorkerPool."""
        self._before_write("pool")
        await answer(
            self._custom.patch_namespaced_custom_object(
                *(GROUP, VERSION, namespace, PLURAL, pool, dict(body)),
                field_manager=MANAGER,
                _content_type=MERGE,
                _request_timeout=TIMEOUT,
            )
        )

    async def patch_status(self, namespace: str, pool: str, status: Raw) -> None:
        """Merges into the status of a WorkerPool."""
        self._before_write("status")
        await answer(
            self._custom.patch_namespaced_custom_object_status(
                *(GROUP, VERSION, namespace, PLURAL, pool, {"status": dict(status)}),
                field_manager=MANAGER,
                _content_type=MERGE,
                _request_timeout=TIMEOUT,
            )
        )

    async def read_config_map(self, namespace: str, name: str) -> Mapping[str, str] | None:
        """A ConfigMap's data; None when it does not exist."""
        metrics.API_CALLS.labels("read configmap").inc()
        try:
            found = await answer(
                self._core.read_namespaced_config_map(name, namespace, _request_timeout=TIMEOUT)
            )
        except ApiError as error:
            if error.status == NOT_FOUND:
                return None
            raise
        return found.data or {}

    async def apply_config_map(
        self, namespace: str, name: str, owner: Raw, data: Mapping[str, str]
    ) -> None:
        """Makes a ConfigMap be so; it belongs to the pool `owner` and is collected with it."""
        self._before_write("configmap")
        body = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "ownerReferences": [_owner(owner)]},
            "data": dict(data),
        }
        await answer(
            self._core.patch_namespaced_config_map(
                *(name, namespace, body),
                field_manager=MANAGER,
                force=True,
                _content_type=APPLY,
                _request_timeout=TIMEOUT,
            )
        )

    async def create_event(
        self, pool: Raw, kind: str, reason: str, note: str, pod: Raw | None = None
    ) -> None:
        """An event on a WorkerPool; `kind` is Normal or Warning, `pod` the one it is about."""
        self._before_write("event")
        meta = pool["metadata"]
        event = client.EventsV1Event(
            metadata=client.V1ObjectMeta(
                generate_name=f"{meta['name']}-", namespace=meta["namespace"]
            ),
            regarding=_reference(f"{GROUP}/{VERSION}", "WorkerPool", pool),
            related=_reference("v1", "Pod", pod) if pod else None,
            event_time=datetime.now(UTC),
            action="Sizing",
            reason=reason,
            note=note[:1024],
            type=kind,
            reporting_controller="stenofleet.io/autoscaler",
            reporting_instance="stenofleet-autoscaler",
        )
        await answer(
            self._events.create_namespaced_event(meta["namespace"], event, _request_timeout=TIMEOUT)
        )


def _reference(version: str, kind: str, raw: Raw) -> client.V1ObjectReference:
    meta = raw["metadata"]
    return client.V1ObjectReference(
        api_version=version,
        kind=kind,
        name=meta["name"],
        namespace=meta["namespace"],
        uid=meta["uid"],
    )


def _owner(pool: Raw) -> Raw:
    meta = pool["metadata"]
    return {
        "apiVersion": f"{GROUP}/{VERSION}",
        "kind": "WorkerPool",
        "name": meta["name"],
        "uid": meta["uid"],
    }


def _unseen(error: ApiError, ref: SecretRef) -> Unseen:
    if error.status == NOT_FOUND:
        return Unseen("SecretNotFound", f"there is no Secret {ref.name}")
    if error.status:
        return Unseen("SecretUnreadable", f"Secret {ref.name} cannot be read ({error})")
    return Unseen("APIUnreachable", "the API server did not answer")
