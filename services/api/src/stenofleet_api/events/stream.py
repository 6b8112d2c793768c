"""The Redis Stream of events, read without a thread."""

from collections.abc import Callable
from typing import Any, Final

import structlog
from redis.exceptions import ResponseError
from stenofleet.feed import STREAM, Event
from stenofleet.redis_address import Address
from stenofleet.redis_clients import asking_once_async

log = structlog.get_logger(__name__)

BLOCK_SECONDS: Final = 5
"""One command that waits for news; below the socket's timeout."""
SOCKET_SECONDS: Final = 10
AT_ONCE: Final = 500
OLDEST: Final = 10_000
"""Entries that are looked through for a client that comes again; one that was away for longer
begins with a snapshot alone."""
START: Final = "0-0"


class EventLog:
    """Reads what `stenofleet.feed` writes."""

    def __init__(self, address: Address) -> None:
        """Connects when it is first asked."""
        self._redis = asking_once_async(address, SOCKET_SECONDS, "events", decode_responses=True)

    async def last_id(self) -> str:
        """The newest place that the stream ever had.

        Raises:
            RedisError: it is away.
        """
        try:
            told: dict[str, Any] = await self._redis.xinfo_stream(STREAM)
        except ResponseError:
            return START
        return str(told["last-generated-id"])

    async def following(self, place: str) -> tuple[str, list[Event]]:
        """What came after ``place``, as soon as something does; nothing after some seconds.

        Returns:
            The place that was reached, and the events.

        Raises:
            RedisError: it is away.
        """
        answer: Any = await self._redis.xread({STREAM: place}, AT_ONCE, BLOCK_SECONDS * 1000)
        entries = answer[0][1] if answer else []
        return (entries[-1][0] if entries else place), list(_events(entries))

    async def since(self, place: str, wanted: Callable[[Event], bool]) -> list[Event] | None:
        """The wanted events that came after ``place``; None when that is not known any more.

        Raises:
            RedisError: it is away.
        """
        if not await self._reaches(place):
            return None
        found: list[Event] = []
        for _ in range(OLDEST // AT_ONCE):
            entries: Any = await self._redis.xrange(STREAM, f"({place}", "+", AT_ONCE)
            found += filter(wanted, _events(entries))
            if len(entries) < AT_ONCE:
                return found
            place = entries[-1][0]
        return None

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._redis.aclose()

    async def _reaches(self, place: str) -> bool:
        oldest: Any = await self._redis.xrange(STREAM, count=1)
        return bool(oldest) and _number(oldest[0][0]) <= _number(place)


def is_place(text: str) -> bool:
    """Whether it looks like an id of the stream's."""
    time, dash, number = text.partition("-")
    return dash == "-" and all(each.isascii() and each.isdigit() for each in (time, number))


def _number(place: str) -> tuple[int, int]:
    time, _, number = place.partition("-")
    return int(time), int(number)


def _events(entries: list[Any]) -> list[Event]:
    found = []
    for entry_id, fields in entries:
        try:
            found.append(Event.read(entry_id, fields))
        except (KeyError, ValueError) as error:
            log.warning("an event of another version is left out", error=type(error).__name__)
    return found
