"""Batches from the list to the table: each event once, bad ones apart."""

import secrets
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from stenofleet.db.models import MovementDeadLetter, MovementLog
from stenofleet.movement.events import encode
from stenofleet_worker.movement import run
from stenofleet_worker.services import Services
from support.movements import count, dead_letters, left_in_redis, movement, push, stored

UNINDEXABLE = secrets.token_hex(20_000)
"""Decodes, and no index of PostgreSQL takes it: more than 2,704 bytes that do not compress."""


def perform(installation: Any, services: Services) -> dict[str, int]:
    return run.perform(services, installation.app)


def test_all_that_waits_is_written_in_batches(installation: Any, services: Services) -> None:
    push(installation.redis.client(), map(movement, range(250)))
    assert perform(installation, services) == {
        "written": 250,
        "duplicates": 0,
        "dead": 0,
        "left": 0,
    }
    assert stored(installation.sessions) == {movement(number).event_id for number in range(250)}
    assert left_in_redis(installation.redis.client()) == []


def test_an_empty_list_is_no_work(installation: Any, services: Services) -> None:
    assert perform(installation, services)["written"] == 0
    assert left_in_redis(installation.redis.client()) == []


def test_every_field_arrives_as_it_was_sent(installation: Any, services: Services) -> None:
    odd = movement(
        1,
        user_id="tab\tline\nreturn\rback\\slash",
        store=r"\N",
        state="größer 店 🏬",
        location="",
        camera_id=None,
        bbox=(-0.0, 1e-300, 1.7976931348623157e308, 0.1),
        track_id=-(2**63),
        occurred_at=datetime(2026, 3, 29, 1, 59, 59, 123456, UTC),
    )
    push(installation.redis.client(), [odd])
    assert perform(installation, services)["written"] == 1
    with installation.sessions() as db:
        row = db.scalars(select(MovementLog)).one()
    for name in ("event_id", "owner_id", "user_id", "store", "state", "location", "camera_id"):
        assert getattr(row, name) == getattr(odd, name)
    assert (row.track_id, tuple(row.bbox), row.occurred_at) == (
        *(odd.track_id, odd.bbox),
        odd.occurred_at,
    )
    assert row.event_day == date(2026, 3, 29)


def test_an_event_that_comes_again_is_counted_and_not_written(
    installation: Any, services: Services
) -> None:
    again = [*map(movement, range(60)), *map(movement, range(30)), *map(movement, range(60))]
    push(installation.redis.client(), again)
    done = perform(installation, services)
    assert (done["written"], done["duplicates"]) == (60, 90)
    assert count(installation.sessions) == 60


def test_one_s_event_does_not_stand_in_the_way_of_another_s(
    installation: Any, services: Services
) -> None:
    push(installation.redis.client(), [movement(1), movement(1, owner_id="acme")])
    assert perform(installation, services)["written"] == 2


def test_a_batch_sent_again_over_midnight_leaves_one_row_each(
    installation: Any, services: Services
) -> None:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    moment = timedelta(milliseconds=1)
    night = [
        movement(number, occurred_at=midnight + (number - 20) * moment) for number in range(40)
    ]
    for _ in range(2):
        push(installation.redis.client(), night)
        perform(installation, services)
    with installation.sessions() as db:
        days = db.execute(select(MovementLog.event_day, func.count()).group_by("event_day"))
        assert dict(days.all()) == {
            midnight.date() - timedelta(days=1): 20,
            midnight.date(): 20,
        }


def test_only_bad_events_become_dead_letters_each_with_its_reason(
    installation: Any, services: Services
) -> None:
    bad = [movement(number, user_id=UNINDEXABLE) for number in (3, 4, 50)]
    good = [movement(number) for number in range(100) if number not in {3, 4, 50}]
    push(installation.redis.client(), [*good[:60], *bad, b"hello", b"\xff", *good[60:]])

    done = perform(installation, services)

    assert (done["written"], done["dead"], done["left"]) == (97, 5, 0)
    assert stored(installation.sessions) == {each.event_id for each in good}
    reasons = dead_letters(installation.sessions)
    assert set(reasons) == {*map(encode, bad), b"hello", b"\xff"}
    assert all("maximum" in reasons[encode(each)] for each in bad)
    assert left_in_redis(installation.redis.client()) == []


def test_a_batch_of_nothing_but_garbage_does_not_stop_the_next(
    installation: Any, services: Services
) -> None:
    push(installation.redis.client(), [secrets.token_bytes(50) for _ in range(100)])
    push(installation.redis.client(), [movement(1)])
    done = perform(installation, services)
    assert (done["written"], done["dead"]) == (1, 100)


def test_the_same_garbage_is_kept_once_and_shown_again_after_a_vain_replay(
    installation: Any, services: Services
) -> None:
    push(installation.redis.client(), [b"hello", b"hello"])
    assert perform(installation, services)["dead"] == 2
    with installation.sessions.begin() as db:
        month_ago = func.now() - timedelta(days=30)
        db.execute(update(MovementDeadLetter).values(replayed_at=month_ago, created_at=month_ago))

    push(installation.redis.client(), [b"hello"])
    perform(installation, services)

    with installation.sessions() as db:
        (letter,) = db.scalars(select(MovementDeadLetter))
    assert (letter.raw, letter.owner_id, letter.replayed_at) == (b"hello", "default", None)
    assert letter.created_at > datetime.now(UTC) - timedelta(days=1)


def test_a_refused_event_stays_its_owner_s(installation: Any, services: Services) -> None:
    push(installation.redis.client(), [movement(1, user_id=UNINDEXABLE, owner_id="acme")])
    perform(installation, services)
    with installation.sessions() as db:
        assert db.scalars(select(MovementDeadLetter.owner_id)).all() == ["acme"]


def test_an_owner_that_cannot_be_one_stops_nothing(installation: Any, services: Services) -> None:
    push(installation.redis.client(), [movement(1, owner_id=UNINDEXABLE), movement(2)])
    done = perform(installation, services)
    assert (done["written"], done["dead"]) == (1, 1)


def test_slots_that_run_at_once_share_the_list(installation: Any, services: Services) -> None:
    push(installation.redis.client(), map(movement, range(3000)))
    with ThreadPoolExecutor(3) as slots:
        runs = [slots.submit(perform, installation, services) for _ in range(3)]
    done = [each.result() for each in runs]
    assert sum(each["written"] for each in done) == 3000
    assert sum(each["duplicates"] for each in done) == 0
    assert count(installation.sessions) == 3000
    assert left_in_redis(installation.redis.client()) == []


def test_slots_that_write_the_same_events_crosswise_both_come_to_an_end(
    installation: Any, services: Services
) -> None:
    events = [movement(number) for number in range(2000)]
    push(installation.redis.client(), [*events, *reversed(events)])
    with ThreadPoolExecutor(4) as slots:
        runs = [slots.submit(perform, installation, services) for _ in range(4)]
    done = [each.result() for each in runs]
    assert sum(each["written"] for each in done) == 2000
    assert sum(each["duplicates"] for each in done) == 2000


def test_a_run_ends_when_its_time_is_over_and_tells_what_is_left(
    installation: Any, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "RUN_SECONDS", 0.0)
    push(installation.redis.client(), map(movement, range(10)))
    assert perform(installation, services)["left"] == 10
    assert len(left_in_redis(installation.redis.client())) == 1


def test_a_run_that_is_asked_to_stop_ends_after_its_batch(
    installation: Any, services: Services
) -> None:
    push(installation.redis.client(), map(movement, range(10)))
    services.stopping.set()
    assert perform(installation, services) == {"written": 0, "duplicates": 0, "dead": 0, "left": 10}


def test_an_event_of_a_far_day_lies_in_the_default_partition(
    installation: Any, services: Services
) -> None:
    far = movement(1, occurred_at=datetime(1999, 1, 1, tzinfo=UTC), event_id=uuid.uuid4())
    push(installation.redis.client(), [far])
    assert perform(installation, services)["written"] == 1
    assert stored(installation.sessions) == {far.event_id}
