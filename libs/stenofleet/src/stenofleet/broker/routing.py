"""From an exchange and a routing key back to the queue, by kombu's table of bindings."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from stenofleet.broker.keys import SEPARATOR


@dataclass(frozen=True)
class Binding:
    """One member of ``_kombu.binding.<exchange>``: routing key, pattern (topic only), queue."""

    routing_key: str
    pattern: str
    queue: str

    def takes(self, routing_key: str) -> bool:
        """Whether a message with this routing key goes to the binding's queue."""
        if self.pattern:
            return _matches(self.pattern, routing_key)
        return self.routing_key == routing_key


def parse_binding(member: bytes | str) -> Binding | None:
    """The binding in a member of the set; None when it is none."""
    text = member.decode(errors="replace") if isinstance(member, bytes) else member
    match text.split(SEPARATOR):
        case [routing_key, pattern, queue]:
            return Binding(routing_key, pattern, queue)
        case _:
            return None


def queues_for(exchange: str, routing_key: str, bindings: Iterable[Binding]) -> list[str]:
    """The queues a message went to.

    The nameless exchange takes the routing key for the queue's name. So do we where no binding
    is left (an app that deleted its queue, a table that was flushed): Celery gives a queue it
    makes by itself an exchange and a routing key of the queue's own name.
    """
    if not exchange:
        return [routing_key]
    return sorted({each.queue for each in bindings if each.takes(routing_key)}) or [routing_key]


def _matches(pattern: str, routing_key: str) -> bool:
    try:
        return re.match(pattern, routing_key) is not None
    except re.error:
        return False
