"""What one watcher is told: news only, in an order that never goes back."""

import uuid
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from stenofleet.contracts.progress import Progress
from stenofleet.contracts.states import SessionState
from stenofleet_api.events.seen import Seen
from support.told_progress import progress

SESSION = uuid.uuid4()


def at(state: SessionState, percent: float = 0, attempt: int = 1) -> Progress:
    return progress(SESSION, state, percent, attempt=attempt)


def told(seen: Seen, *happened: Progress | None) -> list[Progress | None]:
    return [each for each in happened if seen.passes(SESSION, each)]


LIFE = [
    at(SessionState.PENDING),
    *(at(SessionState.PROCESSING, percent) for percent in (0, 20, 40, 60, 80, 99)),
    at(SessionState.PENDING, 99, attempt=2),
    at(SessionState.PROCESSING, 99.5, attempt=2),
    at(SessionState.COMPLETED, 100, attempt=2),
]


@given(st.permutations(LIFE))
def test_in_whatever_order_events_come_nothing_goes_back_and_the_end_is_told(
    order: list[Progress],
) -> None:
    heard = [each for each in told(Seen(), *order) if each is not None]
    steps = [(each.attempt, each.progress) for each in heard]
    assert steps == sorted(steps)
    assert heard[-1].status is SessionState.COMPLETED


def test_the_same_state_from_two_sources_is_told_once() -> None:
    half = at(SessionState.PROCESSING, 50)
    later = half.model_copy(update={"updated_at": datetime(2026, 1, 6, tzinfo=UTC)})
    assert told(Seen(), half, later) == [half]


def test_a_cancelled_session_that_gets_another_recording_is_heard_again() -> None:
    life = (at(SessionState.CANCELLED), at(SessionState.UPLOADING))
    assert told(Seen(), *life) == [*life]


def test_a_session_that_is_gone_never_comes_back() -> None:
    assert told(Seen(), at(SessionState.PROCESSING), None, at(SessionState.COMPLETED), None) == [
        at(SessionState.PROCESSING),
        None,
    ]
