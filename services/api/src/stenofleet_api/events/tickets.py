"""Tickets for browsers, whose EventSource sends no header: a key would stand in the address."""

import hashlib
import secrets
from typing import Any, Final

from redis.exceptions import RedisError
from stenofleet.redis_address import Address
from stenofleet.redis_clients import asking_once_async

from stenofleet_api.events.errors import TicketRefused, TicketsAway

SECONDS: Final = 60
"""From the request for a ticket to its use."""
ANSWER_SECONDS: Final = 2
PREFIX: Final = "stenofleet:ticket:"


class Tickets:
    """Gives tickets out and takes each back once; in Redis, for all replicas."""

    def __init__(self, address: Address) -> None:
        """Connects when it is first asked."""
        self._redis = asking_once_async(address, ANSWER_SECONDS, "events", decode_responses=True)

    async def give(self, owner: str) -> str:
        """A ticket with which ``owner``'s events may be watched once.

        Raises:
            TicketsAway: Redis does not answer.
        """
        ticket = secrets.token_urlsafe(32)
        try:
            await self._redis.set(_name(ticket), owner, ex=SECONDS)
        except RedisError as error:
            raise TicketsAway("Redis does not answer; use the key in a header instead.") from error
        return ticket

    async def take(self, ticket: str) -> str:
        """Whose ticket it is; it serves nobody again.

        Raises:
            TicketRefused: it serves nobody.
            TicketsAway: Redis does not answer.
        """
        try:
            owner: Any = await self._redis.getdel(_name(ticket))
        except RedisError as error:
            raise TicketsAway("Redis does not answer; ask again.") from error
        if owner is None:
            raise TicketRefused(
                f"The ticket was used, or is older than {SECONDS} s; get another one with "
                "POST /api/v1/events/tickets."
            )
        return str(owner)

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._redis.aclose()


def _name(ticket: str) -> str:
    """Who reads Redis learns no ticket."""
    return PREFIX + hashlib.sha256(ticket.encode()).hexdigest()
