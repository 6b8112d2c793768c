"""Whether Redis and Celery do what Stenofleet needs, step by step (extras: celery, movement)."""

import time
from typing import Any, Final

from celery import Celery
from kombu.exceptions import OperationalError
from redis import Redis

from stenofleet.broker import BrokerKeys
from stenofleet.broker.heartbeats import is_heard
from stenofleet.contracts.tasks import CORE_QUEUE, LOGS_QUEUE, PING, PROCESS_MOVEMENT_LOGS
from stenofleet.movement.events import encode
from stenofleet.movement.samples import sample
from stenofleet.movement.state import KEEPING, look, try_push
from stenofleet.movement.way_in import WayIn
from stenofleet.outcomes import outcome
from stenofleet.steps import Step, Trouble

ANSWERS: Final = "Redis answers"

PING_SECONDS: Final = 10.0
BATCH_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.1


def redis_steps(client: Redis, address: str) -> list[Step]:
    """That Redis answers, takes writes and keeps them."""

    def answers() -> str:
        version = client.info("server")["redis_version"] if client.ping() else "?"
        return f"version {version} at {address}"

    def takes_writes() -> str:
        try_push(client)
        return "a push is taken"

    def keeps() -> str:
        state = look(client)
        if state.warning:
            then = f"set maxmemory-policy to {KEEPING} in its configuration, too"
            raise Trouble(state.warning, then)
        return state.policy or "it does not tell its policy"

    def waits() -> str:
        state = look(client)
        return f"{state.queued} movements wait, {state.processing} are being written"

    return [
        Step(ANSWERS, answers),
        Step("Redis takes writes", takes_writes, (ANSWERS,)),
        Step("Redis keeps its queues", keeps, (ANSWERS,)),
        Step("The list of movements can be read", waits, (ANSWERS,)),
    ]


def celery_steps(app: Celery, client: Redis) -> list[Step]:
    """That tasks are published, and run by a worker."""

    def heard() -> str:
        if not is_heard(client, BrokerKeys()):
            then = f"start one: celery -A stenofleet_worker worker -Q {LOGS_QUEUE},{CORE_QUEUE}"
            raise Trouble("no worker sends heartbeats to this Redis", then)
        return "a heartbeat came"

    def answers() -> str:
        began = time.monotonic()
        result = _result(app, PING, PING_SECONDS, CORE_QUEUE)
        return f"{result!r} after {time.monotonic() - began:.2f} s"

    return [Step("A worker is there", heard), Step("A worker does a task", answers)]


def sample_step(client: Redis, count: int, limit: int) -> Step:
    """That movements get into the list: so many."""

    def added() -> str:
        before = WayIn(client).push([encode(sample(number)) for number in range(count)], limit)
        return f"{count} sample movements, {before + count} wait now"

    return Step("Movements are taken", added)


def batch_step(app: Celery) -> Step:
    """That what waits is written."""
    return Step(
        "A batch is written",
        lambda: str(_result(app, PROCESS_MOVEMENT_LOGS, BATCH_SECONDS, LOGS_QUEUE)),
    )


def _result(app: Celery, name: str, seconds: float, queue: str) -> Any:
    try:
        task_id = app.send_task(name, retry=False, expires=seconds).id
    except OperationalError:
        # Its text may hold the broker's URL.
        raise Trouble("the broker takes no tasks", "check CELERY_BROKER_URL") from None
    deadline = time.monotonic() + seconds
    while (ended := outcome(app, task_id)) is None:
        if time.monotonic() > deadline:
            then = f"start a worker with -Q {queue}, with the same Redis, or see why it is busy"
            raise Trouble(f"no worker of {queue} did it within {seconds:.0f} s", then)
        time.sleep(LOOK_SECONDS)
    if not ended.is_good:
        raise Trouble(f"the task ended with {ended.state}: {ended.result}", "see the worker's log")
    return ended.result
