"""What Kubernetes and Prometheus ask the operator over HTTP."""

import asyncio
import time
from collections.abc import Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from stenofleet_autoscaler import metrics

STUCK_AFTER = 15.0
"""Seconds without a tick after which the operator is to be restarted."""


def app(
    last_tick: Callable[[], float],
    is_ready: Callable[[], bool],
    before_scrape: Callable[[], None] | None = None,
) -> web.Application:
    """The pages: /livez (the ticker ticks), /readyz (the watches are there), /metrics.

    ``before_scrape`` is called in the event loop: what it looks at belongs to it.
    """

    async def livez(_: web.Request) -> web.Response:
        passed = time.monotonic() - last_tick()
        if passed > STUCK_AFTER:
            return web.Response(status=503, text=f"no tick for {passed:.0f} s\n")
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        if not is_ready():
            return web.Response(status=503, text="the API server was not read yet\n")
        return web.Response(text="ok\n")

    async def metrics_page(_: web.Request) -> web.Response:
        if before_scrape is not None:
            before_scrape()
        # Of a thousand pools it takes a second, in which no pool would tick.
        body = await asyncio.to_thread(generate_latest, metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    pages = web.Application()
    pages.router.add_get("/livez", livez)
    pages.router.add_get("/readyz", readyz)
    pages.router.add_get("/metrics", metrics_page)
    return pages
