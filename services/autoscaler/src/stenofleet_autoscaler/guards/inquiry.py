"""Asks workers what they hold and what they consume."""

import asyncio
import time
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from redis import RedisError
from redis.asyncio import Redis
from stenofleet.broker import BrokerKeys, Message, parse_delivery

from stenofleet_autoscaler.act.control import RemoteControl
from stenofleet_autoscaler.act.errors import ActionError, NoReply
from stenofleet_autoscaler.guards.delivered import Delivered, Look

IN_ORDER = ("scheduled", "reserved", "active")
"""The way of a task inside a worker: asked in this order, one that moves on is not overlooked."""


async def look(
    controls: Sequence[RemoteControl],
    client: Redis,
    keys: BrokerKeys,
    nodes: Collection[str],
    asked: Sequence[Delivered],
) -> Look:
    """Looks for the deliveries in every worker.

    Args:
        controls: so many workers are asked at a time; each control asks one after another.
        client: for the messages' task ids, which workers answer with.
        keys: where the app keeps its messages.
        nodes: every live worker that may hold one of them.
        asked: what to look for; its messages are fetched, so keep it short.

    Raises:
        NoReply: Redis did not tell the task ids.
    """
    at = time.time()
    messages = await _messages(client, keys, [each.tag for each in asked])
    named, complete = await _ask_all(controls, nodes, _held)
    unnamed = {tag for tag, sent in messages.items() if sent and sent.task_id not in named}
    limited: set[str] = set()
    if unnamed and complete:
        limited, complete = await _ask_all(controls, nodes, limited_tasks)
    lost = {tag for tag in unnamed if _may_be_told(messages[tag], limited)}
    return Look(at, tuple(asked), frozenset(messages.keys() - lost), complete)


def _may_be_told(message: Message | None, limited: Collection[str]) -> bool:
    """Workers answer with task ids, and do not name tasks that wait for their rate limit."""
    return bool(message and message.task_id and message.task not in limited)


async def consumed_queues(control: RemoteControl, node: str) -> frozenset[str]:
    """The queues that the worker consumes.

    Raises:
        ActionError: it did not say.
    """
    queues = await control.call(node, "active_queues")
    try:
        return frozenset(str(queue["name"]) for queue in queues)
    except (TypeError, KeyError):
        raise NoReply(f"{node} did not tell its queues") from None


async def limited_tasks(control: RemoteControl, node: str) -> set[str]:
    """Names of the worker's tasks that have a rate limit.

    It holds such tasks in buckets of its own until their time, and no `inspect` names them.

    Raises:
        ActionError: it did not say.
    """
    tasks = await control.call(node, "registered", taskinfoitems=["rate_limit"])
    if not isinstance(tasks, list):
        raise NoReply(f"{node} did not tell its tasks")
    return {str(task).split(" [rate_limit=")[0] for task in tasks if " [rate_limit=" in str(task)}


async def may_be_restarted(control: RemoteControl, node: str) -> bool:
    """Whether a worker that seems to have stalled has no good reason to take nothing.

    One that waits for a rate limit has; one that does not even answer has none.
    """
    try:
        return not await limited_tasks(control, node)
    except ActionError:
        return True


async def _messages(
    client: Redis, keys: BrokerKeys, tags: Sequence[str]
) -> dict[str, Message | None]:
    try:
        raws: list[Any] = await client.hmget(keys.unacked, list(tags)) if tags else []
    except (RedisError, OSError, TimeoutError):
        raise NoReply("no connection to read what was delivered") from None
    return {tag: _message(raw) for tag, raw in zip(tags, raws, strict=True)}


def _message(raw: bytes | str | None) -> Message | None:
    delivery = parse_delivery(raw) if raw else None
    return delivery.message if delivery else None


async def _ask_all(
    controls: Sequence[RemoteControl], nodes: Iterable[str], question: Any
) -> tuple[set[str], bool]:
    """All answers together, and whether everybody gave one."""
    names = sorted(nodes)
    shares = [
        _ask_in_turn(control, names[start :: len(controls)], question)
        for start, control in enumerate(controls)
    ]
    answers = [answer for share in await asyncio.gather(*shares) for answer in share]
    told = [answer for answer in answers if answer is not None]
    return set().union(*told), len(told) == len(names)


async def _ask_in_turn(
    control: RemoteControl, nodes: Iterable[str], question: Any
) -> list[set[str] | None]:
    return [await _answer_or_none(control, node, question) for node in nodes]


async def _answer_or_none(control: RemoteControl, node: str, question: Any) -> set[str] | None:
    try:
        answer: set[str] = await question(control, node)
    except ActionError:
        return None
    return answer


async def _held(control: RemoteControl, node: str) -> set[str]:
    """Ids of all tasks that the worker has.

    Raises:
        ActionError: it did not say.
    """
    return set().union(*[await _tasks(control, node, method) for method in IN_ORDER])


async def _tasks(control: RemoteControl, node: str, method: str) -> set[str]:
    entries = await control.call(node, method)
    try:
        return {str(entry.get("request", entry)["id"]) for entry in entries}
    except (AttributeError, TypeError, KeyError):
        raise NoReply(f"{node} did not tell its {method} tasks") from None
