"""A whole listing at the start and now and then: what a watch missed is mended."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import aiohttp
import structlog
from kubernetes.aio.client import ApiClient, ApiException, CoreV1Api, CustomObjectsApi
from stenofleet.settings import EVERYWHERE

from stenofleet_autoscaler.act.calls import TIMEOUT
from stenofleet_autoscaler.watch.kinds import WATCHED, Kind
from stenofleet_autoscaler.watch.store import Store
from stenofleet_autoscaler.watch.trim import trimmed

EVERY = 300.0
RETRY = 2.0
REFUSED = (403, 404)
PAGE = 500

Raw = Mapping[str, Any]

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
        self._said = ""
        self._asked = asyncio.Event()
        self.kinds: tuple[Kind, ...] = WATCHED
        self.listed = asyncio.Event()

    async def run(self) -> None:
        """Lists until cancelled."""
        while True:
            try:
                await self._all()
                self.listed.set()
                self._said = ""
                await self._pause()
            except (ApiException, aiohttp.ClientError, OSError, TimeoutError) as error:
                self._say(str(getattr(error, "reason", "") or type(error).__name__))
                await asyncio.sleep(RETRY)

    def ask_again(self) -> None:
        """Something may have been missed: everything is to be listed again soon."""
        self._asked.set()

    async def _pause(self) -> None:
        # No wait_for: it makes a task, and kopf cancels all that began after it when it ends.
        with suppress(TimeoutError):
            async with asyncio.timeout(EVERY):
                await self._asked.wait()
        await asyncio.sleep(RETRY)
        self._asked.clear()

    def _say(self, trouble: str) -> None:
        """Once for each trouble: a CRD may be long in coming."""
        if trouble != self._said:
            log.warning("not listed, will be tried again", error=trouble)
        self._said = trouble

    async def _all(self) -> None:
        self.kinds = tuple([kind for kind in self.kinds if await self._is_listed(kind)])

    async def _is_listed(self, kind: Kind) -> bool:
        try:
            for namespace in self._places:
                await self._list(kind, namespace)
        except ApiException as error:
            if kind.is_optional and error.status in REFUSED:
                log.info("not looked for", kind=kind.name, reason=str(error.reason))
                self._store.clear(kind)
                return False
            raise ApiException(error.status, f"{kind.plural}: {error.reason}") from None
        return True

    async def _list(self, kind: Kind, namespace: str | None) -> None:
        """Page by page: thousands of pods at once would hold up the ticks, and need memory."""
        found: list[Raw] = []
        version, more = "", ""
        while more or not version:
            page = await self._page(kind, namespace, more)
            found += [trimmed(kind, raw) for raw in page["items"]]
            version = version or page["metadata"]["resourceVersion"]
            more = page["metadata"].get("continue") or ""
        self._store.replace(kind, namespace, found, version)

    async def _page(self, kind: Kind, namespace: str | None, more: str) -> Any:
        """Objects as the API server writes them."""
        options: dict[str, Any] = {"limit": PAGE, "_continue": more, "_request_timeout": TIMEOUT}
        if not kind.group:
            return await self._pods(namespace, options)
        path = (kind.group, kind.version)
        if namespace is None:
            return await self._custom.list_cluster_custom_object(*path, kind.plural, **options)
        return await self._custom.list_namespaced_custom_object(
            *path, namespace, kind.plural, **options
        )

    async def _pods(self, namespace: str | None, options: Mapping[str, Any]) -> Any:
        """The client's own classes for pods would only be taken apart again."""
        core = self._core
        answer = await (
            core.list_pod_for_all_namespaces_without_preload_content(**options)
            if namespace is None
            else core.list_namespaced_pod_without_preload_content(namespace, **options)
        )
        if not answer.ok:
            raise ApiException(status=answer.status, reason=answer.reason)
        return await answer.json()
