"""Celery's keys and messages in Redis, as kombu lays them out; no Celery import.

Whoever reads a broker beside Celery goes through here: the rule that turns a queue into its
Redis lists, what a message and an entry of ``unacked`` look like, and which queue a delivered
message came from.
"""

from stenofleet.broker.depths import depths
from stenofleet.broker.events import parse_events
from stenofleet.broker.keys import BrokerKeys
from stenofleet.broker.messages import Delivery, Message, parse_delivery, parse_message
from stenofleet.broker.missing import missing_task_ids
from stenofleet.broker.routing import Binding, parse_binding, queues_for

__all__ = [
    "Binding",
    "BrokerKeys",
    "Delivery",
    "Message",
    "depths",
    "missing_task_ids",
    "parse_binding",
    "parse_delivery",
    "parse_events",
    "parse_message",
    "queues_for",
]
