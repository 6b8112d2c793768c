"""Messages that Redis gave to a worker which has no room for them any more (extra: celery).

kombu asks for a message by ``BRPOP`` while a slot is free, and reads no answer once none is, be it
that the slot was taken away meanwhile, or that the worker stops. The message then lies in the
socket alone, neither in its queue nor among the unacknowledged, until tasks have ended, and is lost
if the worker dies before (kombu 5.7, ``MultiChannelPoller._pause_brpop``).
"""

from collections.abc import Callable
from contextlib import suppress
from queue import Empty
from typing import Any

from celery import Celery, bootsteps


class TakesPopped(bootsteps.StartStopStep):
    """Has a worker's consumer take in whatever Redis gave it, as one more that waits for a slot."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Any) -> None:
        """Each connection has a new channel."""
        if parent.connection.transport.driver_type == "redis":
            channel = parent.task_consumer.channel
            channel.qos.can_consume = taking_popped(channel, channel.qos.can_consume)

    def stop(self, parent: Any) -> None:
        """What comes now goes back into its queue, before tasks that run are waited for."""
        consumer = parent.task_consumer
        if consumer is not None and getattr(consumer.channel, "_in_poll", None):
            channel = consumer.channel
            with suppress(Empty, *channel.connection_errors):
                consumer.cancel()
                # Redis answers within a second, kombu's ``brpop_timeout``.
                channel._brpop_read()  # noqa: SLF001 - as the channel itself does when it is closed


def taking_popped(channel: Any, has_room: Callable[[], bool]) -> Callable[[], bool]:
    """``has_room`` as long as no call is under way; no other one begins until that has ended."""
    return lambda: bool(channel._in_poll) or has_room()  # noqa: SLF001 - told by nothing else


def take_popped(app: Celery) -> None:
    """Workers of ``app`` that start from now on lose no message by being shrunk or stopped."""
    app.steps["consumer"].add(TakesPopped)
