"""The API server's objects that the operator reads by name or writes. Nothing else is written."""

import base64
import binascii
from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import aiohttp
from kubernetes.aio import client
from kubernetes.aio.client import ApiClient, ApiException

from stenofleet_autoscaler.act.errors import ApiError
from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.spec import SecretRef

GROUP, VERSION, PLURAL = "stenofleet.io", "v1alpha1", "workerpools"
TIMEOUT = 5.0
"""Seconds that the API server may take for an answer."""

MERGE = "application/merge-patch+json"
NOT_FOUND, CONFLICT = 404, 409

T = TypeVar("T")
Raw = Mapping[str, Any]


class Kube:
    """Calls to the API server, each with a timeout; failures are `ApiError`."""

    def __init__(self, api: ApiClient) -> None:
        self._core = client.CoreV1Api(api)
        self._apps = client.AppsV1Api(api)
        self._events = client.EventsV1Api(api)
        self._custom = client.CustomObjectsApi(api)

    async def secret_value(self, namespace: str, ref: SecretRef) -> str:
        """One key of a Secret.

        Raises:
            Unseen: the Secret, its key, or the API server is not there.
        """
        try:
            secret = await _answer(
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

    async def scale(self, namespace: str, deployment: str, replicas: int) -> None:
        """Sets the replicas of a Deployment, by its scale subresource."""
        await _answer(
            self._apps.patch_namespaced_deployment_scale(
                deployment,
                namespace,
                {"spec": {"replicas": replicas}},
                _content_type=MERGE,
                _request_timeout=TIMEOUT,
            )
        )

    async def annotate_pod(
        self, namespace: str, pod: str, annotations: Mapping[str, str | None]
    ) -> None:
        """Sets annotations of a pod; None takes one away."""
        await _answer(
            self._core.patch_namespaced_pod(
                pod,
                namespace,
                {"metadata": {"annotations": dict(annotations)}},
                _content_type=MERGE,
                _request_timeout=TIMEOUT,
            )
        )

    async def patch_pool(self, namespace: str, pool: str, body: Raw) -> None:
        """Merges into a WorkerPool."""
        await _answer(
            self._custom.patch_namespaced_custom_object(
                GROUP,
                VERSION,
                namespace,
                PLURAL,
                pool,
                dict(body),
                _content_type=MERGE,
                _request_timeout=TIMEOUT,
            )
        )

    async def patch_status(self, namespace: str, pool: str, status: Raw) -> None:
        """Merges into the status of a WorkerPool."""
        await _answer(
            self._custom.patch_namespaced_custom_object_status(
                GROUP,
                VERSION,
                namespace,
                PLURAL,
                pool,
                {"status": dict(status)},
                _content_type=MERGE,
                _request_timeout=TIMEOUT,
            )
        )

    async def create_event(self, pool: Raw, kind: str, reason: str, note: str) -> None:
        """An event on a WorkerPool; `kind` is Normal or Warning."""
        meta = pool["metadata"]
        now = datetime.now(UTC)
        event = client.EventsV1Event(
            metadata=client.V1ObjectMeta(
                generate_name=f"{meta['name']}-", namespace=meta["namespace"]
            ),
            regarding=client.V1ObjectReference(
                api_version=f"{GROUP}/{VERSION}",
                kind="WorkerPool",
                name=meta["name"],
                namespace=meta["namespace"],
                uid=meta["uid"],
            ),
            event_time=now,
            action="Sizing",
            reason=reason,
            note=note[:1024],
            type=kind,
            reporting_controller="stenofleet.io/autoscaler",
            reporting_instance="stenofleet-autoscaler",
        )
        await _answer(
            self._events.create_namespaced_event(meta["namespace"], event, _request_timeout=TIMEOUT)
        )


async def _answer(call: Awaitable[T]) -> T:
    try:
        return await call
    except ApiException as error:
        raise ApiError(int(error.status or 0), f"API server: {error.reason}") from None
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise ApiError(0, f"API server: {type(error).__name__}") from None


def _unseen(error: ApiError, ref: SecretRef) -> Unseen:
    if error.status == NOT_FOUND:
        return Unseen("SecretNotFound", f"there is no Secret {ref.name}")
    if error.status:
        return Unseen("SecretUnreadable", f"Secret {ref.name} cannot be read ({error})")
    return Unseen("APIUnreachable", "the API server did not answer")
