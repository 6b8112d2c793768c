"""A partition for each day, made ahead and dropped when its time is over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from stenofleet_worker import housekeeping
from stenofleet_worker.movement import partitions, run
from stenofleet_worker.movement.partitions import name_of, today, wanted
from stenofleet_worker.services import Services
from support.movements import count, movement, push

GAUGE = "stenofleet_movement_default_partition_rows"


def existing(installation: Any) -> set[str]:
    query = "SELECT inhrelid::regclass::text FROM pg_inherits"
    with installation.sessions() as db:
        names = db.scalars(text(f"{query} WHERE inhparent = 'movement_log'::regclass"))
        return set(names) - {"movement_log_default"}


def write(installation: Any, services: Services, days_ago: float) -> None:
    seen = datetime.now(UTC) - timedelta(days=days_ago)
    push(installation.redis.client(), [movement(1, occurred_at=seen)])
    assert run.perform(services, installation.app)["written"] == 1


def test_a_week_ahead_is_ready_and_a_second_run_changes_nothing(
    installation: Any, services: Services
) -> None:
    assert existing(installation) == {name_of(day) for day in wanted(today())}
    assert partitions.keep(services) == 0


def test_runs_at_once_do_not_disturb_each_other(
    installation: Any, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitions, "AHEAD", 20)
    with ThreadPoolExecutor(4) as four:
        runs = [four.submit(partitions.make, services.sessions) for _ in range(4)]
    assert all(each.exception() is None for each in runs)
    partitions.make(services.sessions)
    assert len(existing(installation)) == 22


def test_events_of_today_do_not_lie_in_the_default_partition(
    installation: Any, services: Services
) -> None:
    write(installation, services, 0)
    partitions.keep(services)
    assert REGISTRY.get_sample_value(GAUGE, {"table": "movement_log"}) == 0


def test_a_day_that_lies_in_the_default_partition_stays_there_and_is_counted(
    installation: Any, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(installation, services, 3)
    monkeypatch.setattr(partitions, "BEHIND", 4)
    partitions.keep(services)

    assert name_of(today() - timedelta(days=3)) not in existing(installation)
    assert name_of(today() - timedelta(days=4)) in existing(installation)
    assert REGISTRY.get_sample_value(GAUGE, {"table": "movement_log"}) == 1
    assert count(installation.sessions) == 1


def test_without_a_retention_nothing_goes(installation: Any, services: Services) -> None:
    write(installation, services, 1000)
    partitions.keep(services)
    assert count(installation.sessions) == 1


def test_days_past_their_time_go_whichever_partition_they_lie_in(
    installation: Any, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitions, "BEHIND", 3)
    partitions.make(services.sessions)
    for days_ago in (0, 2, 3, 100):
        write(installation, services, days_ago)
    monkeypatch.setattr(partitions, "BEHIND", 1)
    services.settings.movement_retention_days = 2

    assert partitions.keep(services) == 1
    assert name_of(today() - timedelta(days=3)) not in existing(installation)
    assert count(installation.sessions) == 2
    assert partitions.keep(services) == 0


def test_a_table_that_somebody_reads_is_dropped_by_a_later_run(
    installation: Any, services: Services
) -> None:
    services.settings.movement_retention_days = 1
    old = name_of(today() - timedelta(days=2))
    bounds = f"FROM ('{today() - timedelta(days=2)}') TO ('{today() - timedelta(days=1)}')"
    with installation.sessions.begin() as db:
        db.execute(text(f"CREATE TABLE {old} PARTITION OF movement_log FOR VALUES {bounds}"))
    with installation.sessions.begin() as db:
        db.execute(text(f"LOCK TABLE {old} IN ACCESS SHARE MODE"))
        assert housekeeping.survive(lambda: partitions.keep(services)) == 0
        assert old in existing(installation)
    assert partitions.keep(services) == 1
    assert old not in existing(installation)
