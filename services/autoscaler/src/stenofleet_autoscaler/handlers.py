"""kopf's watches, forwarded to the store. No timer, daemon or on.delete: they add finalizers."""

from typing import Any

import kopf

from stenofleet_autoscaler.act.kube import GROUP, VERSION
from stenofleet_autoscaler.store import DEPLOYMENTS, PODS, POOLS, Store

WATCH_SECONDS = 300
"""After this a watch ends and everything is listed again."""


def registry_for(store: Store) -> kopf.OperatorRegistry:
    """The handlers that keep the store up to date."""
    registry = kopf.OperatorRegistry()

    @kopf.on.startup(registry=registry)
    def configure(settings: kopf.OperatorSettings, **_: Any) -> None:
        _configure(settings)

    @kopf.on.login(registry=registry)
    def login(**kwargs: Any) -> kopf.ConnectionInfo | None:
        return kopf.login_with_service_account(**kwargs) or kopf.login_with_kubeconfig(**kwargs)

    @kopf.on.event(GROUP, VERSION, POOLS, registry=registry)
    def pool(event: kopf.RawEvent, **_: Any) -> None:
        store.take(POOLS, event["type"], event["object"])

    @kopf.on.event("apps", "v1", DEPLOYMENTS, registry=registry)
    def deployment(event: kopf.RawEvent, **_: Any) -> None:
        store.take(DEPLOYMENTS, event["type"], event["object"])

    @kopf.on.event("", "v1", PODS, registry=registry)
    def pod(event: kopf.RawEvent, **_: Any) -> None:
        store.take(PODS, event["type"], event["object"])

    return registry


def _configure(settings: kopf.OperatorSettings) -> None:
    settings.posting.enabled = False  # our events are our own, and rate-limited
    settings.scanning.disabled = True  # Roles alone must do: no list of CRDs and namespaces
    settings.watching.server_timeout = WATCH_SECONDS
    settings.watching.client_timeout = WATCH_SECONDS + 10
    settings.watching.connect_timeout = 5
    settings.networking.request_timeout = 10
    settings.networking.connect_timeout = 5
    settings.peering.standalone = True
