"""kopf's watches, forwarded to the store. No timer, daemon or on.delete: they add finalizers."""

from collections.abc import Callable, Iterable
from typing import Any

import kopf

from stenofleet_autoscaler.watch.kinds import Kind
from stenofleet_autoscaler.watch.store import Store

WATCH_SECONDS = 300
"""After this a watch ends and everything is listed again."""

WORKERS, IDLE_SECONDS = 100, 0.05
"""kopf starts a worker for each object that an event is about, and keeps it for a while."""


def registry_for(
    store: Store, kinds: Iterable[Kind], on_listing: Callable[[], None]
) -> kopf.OperatorRegistry:
    """The handlers that keep the store up to date.

    Args:
        store: what they keep.
        kinds: what they watch.
        on_listing: called for what kopf lists instead of watching: at the start, and after a watch
            that was lost. What went meanwhile is told by nobody.
    """
    registry = kopf.OperatorRegistry()

    @kopf.on.startup(registry=registry)
    def configure(settings: kopf.OperatorSettings, **_: Any) -> None:
        _configure(settings)

    @kopf.on.login(registry=registry)
    def login(**kwargs: Any) -> kopf.ConnectionInfo | None:
        return kopf.login_with_service_account(**kwargs) or kopf.login_with_kubeconfig(**kwargs)

    for kind in kinds:
        _watch(registry, store, kind, on_listing)
    return registry


def _watch(
    registry: kopf.OperatorRegistry, store: Store, kind: Kind, on_listing: Callable[[], None]
) -> None:
    # A coroutine, for kopf runs other functions in threads, beside the loop that reads the store.
    @kopf.on.event(kind.group, kind.version, kind.plural, registry=registry, id=kind.plural)
    async def take(event: kopf.RawEvent, **_: Any) -> None:
        store.take(kind, event["type"], event["object"])
        if event["type"] is None:
            on_listing()


def _configure(settings: kopf.OperatorSettings) -> None:
    settings.posting.enabled = False  # our events are our own, and rate-limited
    settings.scanning.disabled = True  # Roles alone must do: no list of CRDs and namespaces
    settings.watching.server_timeout = WATCH_SECONDS
    settings.watching.client_timeout = WATCH_SECONDS + 10
    settings.watching.connect_timeout = 5
    settings.networking.request_timeout = 10
    settings.networking.connect_timeout = 5
    settings.peering.standalone = True
    settings.queueing.worker_limit = WORKERS
    settings.queueing.idle_timeout = IDLE_SECONDS
