from hypothesis import given
from hypothesis import strategies as st
from stenofleet_worker.movement.kick import ITEMS_PER_TASK, MOST_MESSAGES, messages_for

COUNTS = st.integers(0, 10_000_000)


def test_nothing_that_waits_calls_for_no_message() -> None:
    assert messages_for(0, 0) == 0


@given(st.integers(1, ITEMS_PER_TASK))
def test_a_few_movements_call_for_one_message(items: int) -> None:
    assert messages_for(items, 0) == 1
    assert messages_for(items, 1) == 0


@given(COUNTS, st.integers(0, 100))
def test_never_more_messages_wait_than_are_of_use(items: int, waiting: int) -> None:
    sent = messages_for(items, waiting)
    assert sent >= 0
    assert sent + waiting <= max(waiting, MOST_MESSAGES)


@given(COUNTS)
def test_what_waits_is_always_taken_up(items: int) -> None:
    assert (messages_for(items, 0) > 0) == (items > 0)
