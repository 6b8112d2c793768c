"""One prefix on one broker over time: what to ask Redis, and what its answers say."""

import json
from collections.abc import Mapping
from typing import Any

from stenofleet.broker import BrokerKeys

from stenofleet_autoscaler.sense.deliveries import Deliveries
from stenofleet_autoscaler.sense.errors import Unseen, explain_text
from stenofleet_autoscaler.sense.queues import SAMPLE, Queue
from stenofleet_autoscaler.sense.reading import Asked, Reading


class Keyspace:
    """The queues, lists and deliveries under one prefix."""

    def __init__(self, keys: BrokerKeys) -> None:
        self._keys = keys
        self._queues: dict[str, Queue] = {}
        self._deliveries = Deliveries()

    def request(self, asked: Asked, now: float) -> str:
        """The argument of the script ``look.lua``."""
        self._queues = {name: self._queues.get(name) or Queue() for name in asked.queues}
        question = {
            "prefix": self._keys.prefix,
            "separator": self._keys.separator,
            "steps": self._keys.priority_steps,
            "sample": SAMPLE,
            "queues": [(name, queue.mark(now)) for name, queue in self._queues.items()],
            "lists": asked.lists,
        }
        return json.dumps(question | self._deliveries.request(now), separators=(",", ":"))

    def reading(self, asked: Asked, answer: bytes | str, now: float) -> Reading | Unseen:
        """What the script answered; why not, where the deliveries could not be read.

        Without them nothing is certain.
        """
        text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
        told = json.loads(text)
        deliveries = told["deliveries"]
        if "error" in deliveries:
            return explain_text(deliveries["error"])
        finished = self._deliveries.take(deliveries, told["bindings"], now)
        queues = zip(self._queues.items(), told["queues"], strict=True)
        return Reading(
            at=now,
            queues={name: queue.take(each, now) for (name, queue), each in queues},
            lists=dict(zip(asked.lists, map(_length, told["lists"]), strict=True)),
            in_flight=self._deliveries.in_flight(now),
            finished=finished,
            deliveries=self._deliveries.all(),
            complete=self._deliveries.complete,
        )


def _length(answer: int | Mapping[str, Any]) -> int | Unseen:
    return answer if isinstance(answer, int) else explain_text(answer["error"])
