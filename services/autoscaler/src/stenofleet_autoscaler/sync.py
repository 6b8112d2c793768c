"""A whole listing at the start and now and then: what a watch missed is mended."""

import asyncio
from collections.abc import Sequence
from typing import Any

import aiohttp
import structlog
from kubernetes.aio.client import ApiClient, ApiException, CoreV1Api, CustomObjectsApi

from stenofleet_autoscaler.act.calls import TIMEOUT
from stenofleet_autoscaler.kinds import WATCHED, Kind
from stenofleet_autoscaler.store import Store

EVERYWHERE = "*"
EVERY = 300.0
RETRY = 2.0
REFUSED = (403, 404)

log = structlog.get_logger(__name__)


class Sync:
    """Lists what is watched, in the watched namespaces or in all of them.

    Attributes:
        kinds: those that are there and may be read; known once `listed` is set.
        listed: set once everything was listed: what is not in the store then is not there.
    """

    def __init__(self, api: ApiClient, store: Store, namespaces: Sequence[str]) -> None:
        self._core = CoreV1Api(api)
        self._custom = CustomObjectsApi(api)
        self._store = store
        self._places = [None] if EVERYWHERE in namespaces else list(namespaces)
        self.kinds: tuple[Kind, ...] = WATCHED
        self.listed = asyncio.Event()

    async def run(self) -> None:
        """Lists until cancelled."""
        while True:
            try:
                await self._all()
                self.listed.set()
                await asyncio.sleep(EVERY)
            except (ApiException, aiohttp.ClientError, OSError, TimeoutError) as error:
                reason = getattr(error, "reason", "") or type(error).__name__
                log.warning("not listed, will be tried again", error=str(reason))
                await asyncio.sleep(RETRY)

    async def _all(self) -> None:
        self.kinds = tuple([kind for kind in self.kinds if await self._is_listed(kind)])

    async def _is_listed(self, kind: Kind) -> bool:
        try:
            for namespace in self._places:
                listing = await self._listing(kind, namespace)
                version = listing["metadata"]["resourceVersion"]
                self._store.replace(kind, namespace, listing["items"], version)
        except ApiException as error:
            if kind.is_optional and error.status in REFUSED:
                log.info("not looked for", kind=kind.name, reason=str(error.reason))
                return False
            raise
        return True

    async def _listing(self, kind: Kind, namespace: str | None) -> Any:
        """The objects as the API server writes them."""
        if not kind.group:
            return await self._pods(namespace)
        path = (kind.group, kind.version)
        if namespace is None:
            return await self._custom.list_cluster_custom_object(
                *path, kind.plural, _request_timeout=TIMEOUT
            )
        return await self._custom.list_namespaced_custom_object(
            *path, namespace, kind.plural, _request_timeout=TIMEOUT
        )

    async def _pods(self, namespace: str | None) -> Any:
        """The client's own classes for pods would only be taken apart again."""
        core = self._core
        answer = await (
            core.list_pod_for_all_namespaces_without_preload_content(_request_timeout=TIMEOUT)
            if namespace is None
            else core.list_namespaced_pod_without_preload_content(
                namespace, _request_timeout=TIMEOUT
            )
        )
        if answer.status in REFUSED:
            raise ApiException(status=answer.status, reason=answer.reason)
        answer.raise_for_status()
        return await answer.json()
