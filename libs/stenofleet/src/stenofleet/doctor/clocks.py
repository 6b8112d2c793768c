"""Clocks that do not agree: waits, leases and visibility timeouts are told by all of them."""

import time
from collections.abc import Callable
from typing import Final

from redis import Redis
from sqlalchemy import Engine, text

from stenofleet.broker import BrokerKeys
from stenofleet.broker.heartbeats import LISTEN_SECONDS, heartbeats
from stenofleet.db.told import database_told
from stenofleet.doctor.workers import WORKERS, Fleet
from stenofleet.redis_clients import clock_of
from stenofleet.steps import Step, Trouble

LIMIT_SECONDS: Final = 5.0
"""A heartbeat of a busy machine may be some seconds old when it comes."""


def here_step(client: Redis, needs: tuple[str, ...]) -> Step:
    """That our own clock is Redis'."""

    def agrees() -> str:
        return _agreed("this machine's", -ahead_of_us(lambda: clock_of(client)))

    return Step("This machine's clock agrees with Redis'", agrees, needs)


def database_step(client: Redis, engine: Engine, needs: tuple[str, ...]) -> Step:
    """That the database's clock is Redis'."""

    def agrees() -> str:
        with database_told(), engine.connect() as connection:
            found = ahead_of_us(
                lambda: (
                    connection.execute(text("SELECT clock_timestamp()")).scalar_one().timestamp()
                )
            )
        return _agreed("the database's", found - ahead_of_us(lambda: clock_of(client)))

    return Step("The database's clock agrees with Redis'", agrees, needs)


def workers_step(fleet: Fleet) -> Step:
    """That the workers' clocks are Redis'."""

    def agree() -> str:
        reference = ahead_of_us(lambda: clock_of(fleet.client))
        nodes = {each.node for each in fleet.status.workers}
        told = [
            _agreed(f"{node}'s", found - reference)
            for node, found in _ahead_by_node(fleet.client, fleet.keys, nodes).items()
        ]
        return "; ".join(told) or "no heartbeat came"

    return Step("The workers' clocks agree with Redis'", agree, (WORKERS,))


def ahead_of_us(ask: Callable[[], float]) -> float:
    """Seconds by which a clock is ahead of ours; ``ask`` takes its time, half of it each way."""
    before = time.time()
    told = ask()
    return told - (before + time.time()) / 2


def _ahead_by_node(client: Redis, keys: BrokerKeys, nodes: set[str]) -> dict[str, float]:
    """The same of each worker that is heard."""
    found: dict[str, float] = {}
    for event in heartbeats(client, keys, LISTEN_SECONDS):
        match event:
            case {"hostname": str(node), "timestamp": int() | float() as stamp}:
                found[node] = stamp - time.time()
            case _:
                pass
        if nodes <= set(found):
            break
    return found


def _agreed(whose: str, ahead: float) -> str:
    if abs(ahead) <= LIMIT_SECONDS:
        return f"{whose} is {abs(ahead):.1f} s off"
    side = "ahead of" if ahead > 0 else "behind"
    raise Trouble(
        f"{whose} clock is {abs(ahead):.0f} s {side} Redis'",
        "have its machine set its clock by NTP (chrony, systemd-timesyncd), and see timedatectl",
    )
