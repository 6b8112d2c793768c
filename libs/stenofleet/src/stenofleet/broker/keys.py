"""The names of Celery's keys and channels in one Redis database."""

from dataclasses import dataclass

SEPARATOR = "\x06\x16"
"""Between a queue's name and its priority step (``kombu.transport.redis.Channel.sep``)."""

PRIORITY_STEPS = (0, 3, 6, 9)
"""kombu's default steps (``kombu.transport.redis.PRIORITY_STEPS``)."""


@dataclass(frozen=True)
class BrokerKeys:
    """Where an app with this prefix and these priority steps keeps what it keeps.

    Attributes:
        prefix: the app's ``global_keyprefix``; empty unless it sets one.
        priority_steps: the app's ``priority_steps``, ascending.
        separator: the app's ``sep``.
    """

    prefix: str = ""
    priority_steps: tuple[int, ...] = PRIORITY_STEPS
    separator: str = SEPARATOR

    def queue_lists(self, queue: str) -> list[str]:
        """Every Redis list that may hold messages of the queue, most urgent step first."""
        return [self.queue_list(queue, step) for step in self.priority_steps]

    def queue_list(self, queue: str, step: int) -> str:
        """The list of one priority step; step 0 bears the bare name of the queue."""
        name = f"{queue}{self.separator}{step}" if step else queue
        return self.prefix + name

    @property
    def unacked(self) -> str:
        """Hash of delivery tag to ``[message, exchange, routing_key]``; all queues share it."""
        return f"{self.prefix}unacked"

    @property
    def unacked_index(self) -> str:
        """Sorted set of delivery tags by the time of delivery (seconds since the epoch)."""
        return f"{self.prefix}unacked_index"

    def bindings(self, exchange: str) -> str:
        """Set of the exchange's bindings, see `stenofleet.broker.routing`."""
        return f"{self.prefix}_kombu.binding.{exchange}"

    def broadcast(self, database: int, exchange: str, routing_key: str = "") -> str:
        """The pub/sub channel of a fanout exchange."""
        topic = f"{exchange}/{routing_key}" if routing_key else exchange
        return f"{self.prefix}/{database}.{topic}"
