"""A whole listing at the start and now and then: what a watch missed is mended."""

import asyncio
from collections.abc import Sequence
from typing import Any

import aiohttp
import structlog
from kubernetes.aio.client import ApiClient, ApiException, AppsV1Api, CoreV1Api, CustomObjectsApi

from stenofleet_autoscaler.act.kube import GROUP, PLURAL, TIMEOUT, VERSION
from stenofleet_autoscaler.store import DEPLOYMENTS, PODS, POOLS, Store

EVERY = 300.0
RETRY = 2.0

log = structlog.get_logger(__name__)


class Sync:
    """Lists pools, deployments and pods of the watched namespaces.

    Attributes:
        listed: set once everything was listed: what is not in the store then is not there.
    """

    def __init__(self, api: ApiClient, store: Store, namespaces: Sequence[str]) -> None:
        self._api = api
        self._store = store
        self._namespaces = namespaces
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
        for namespace in self._namespaces:
            listing: Any = await CustomObjectsApi(self._api).list_namespaced_custom_object(
                GROUP, VERSION, namespace, PLURAL, _request_timeout=TIMEOUT
            )
            self._take(POOLS, namespace, listing)
            await self._objects(DEPLOYMENTS, namespace)
            await self._objects(PODS, namespace)

    async def _objects(self, kind: str, namespace: str) -> None:
        core, apps = CoreV1Api(self._api), AppsV1Api(self._api)
        listing: Any = await (
            core.list_namespaced_pod(namespace, _request_timeout=TIMEOUT)
            if kind == PODS
            else apps.list_namespaced_deployment(namespace, _request_timeout=TIMEOUT)
        )
        # The generated client's method bears no types.
        self._take(kind, namespace, self._api.sanitize_for_serialization(listing))  # type: ignore[no-untyped-call]

    def _take(self, kind: str, namespace: str, listing: Any) -> None:
        version = listing["metadata"]["resourceVersion"]
        self._store.replace(kind, namespace, listing["items"], version)
