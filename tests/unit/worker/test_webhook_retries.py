"""When messages are tried again."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet.webhooks import DeliveryState
from stenofleet_worker.webhooks import retries
from stenofleet_worker.webhooks.retries import MOST_TRIES, state_after, wait_seconds
from stenofleet_worker.webhooks.sender import Outcome, retry_after

DAY = 86_400


@pytest.mark.parametrize("status", [None, 408, 429, 500, 502, 503, 599])
def test_what_may_change_is_tried_again(status: int | None) -> None:
    assert state_after(Outcome(status), 1) is DeliveryState.PENDING
    assert state_after(Outcome(status), MOST_TRIES) is DeliveryState.FAILED


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 410, 422])
def test_a_plain_no_ends_it_at_once(status: int) -> None:
    assert state_after(Outcome(status), 1) is DeliveryState.FAILED


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_a_yes_at_any_try_is_the_end(status: int) -> None:
    assert state_after(Outcome(status), MOST_TRIES) is DeliveryState.DELIVERED


def test_a_refused_address_is_not_tried_again() -> None:
    assert state_after(Outcome(error="private", refused=True), 1) is DeliveryState.FAILED


@pytest.mark.parametrize("luck", [0.0, 0.5, 1.0])
def test_all_tries_take_about_a_day(luck: float) -> None:
    total = sum(wait_seconds(tries, None, luck) for tries in range(1, MOST_TRIES))

    assert 0.75 * DAY <= total <= 1.25 * DAY


@given(st.integers(1, MOST_TRIES), st.floats(0, 1))
def test_waits_grow_twofold_and_vary_by_a_fifth(tries: int, luck: float) -> None:
    usual = min(retries.LONGEST_SECONDS, 5 * 2 ** (tries - 1))

    assert 0.8 * usual - 0.001 <= wait_seconds(tries, None, luck) <= 1.2 * usual + 0.001


@given(st.integers(1, MOST_TRIES), st.floats(0, 1e12), st.floats(0, 1))
def test_a_receiver_s_wish_is_kept_within_bounds(tries: int, wish: float, luck: float) -> None:
    wait = wait_seconds(tries, wish, luck)

    assert wait >= min(wish, retries.LONGEST_SECONDS)
    assert wait <= 1.2 * retries.LONGEST_SECONDS + 0.001


def test_retry_after_is_read_in_both_its_forms() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)

    assert retry_after("17") == 17
    assert 3500 < (retry_after(later) or 0) <= 3600
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    for nonsense in ("", "soon", "-5", "1e9", "²"):
        assert retry_after(nonsense) is None
