"""Calls to workers and about pods that a tick starts and does not wait for."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from stenofleet_autoscaler.act.errors import ActionError

log = structlog.get_logger(__name__)


class Errands:
    """At most one errand at a time for each pod: a worker that hangs slows nobody else."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[None]] = {}

    def start(self, pod: str, errand: Coroutine[Any, Any, Any]) -> None:
        """Starts it, unless the pod's last one is not done."""
        if pod in self._running:
            errand.close()
            return
        task = asyncio.create_task(self._run(pod, errand))
        self._running[pod] = task
        task.add_done_callback(lambda _: self._running.pop(pod, None))
        task.add_done_callback(lambda _: errand.close())  # it may be cancelled before it begins

    async def _run(self, pod: str, errand: Coroutine[Any, Any, Any]) -> None:
        try:
            await errand
        except ActionError as error:
            log.info("not done, will be tried again", pod=pod, error=str(error))

    async def stop(self) -> None:
        """Cancels what runs."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
