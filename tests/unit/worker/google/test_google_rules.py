"""What becomes of what Google refused, how far an operation is, what it costs."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet.contracts.roles import Role
from stenofleet_worker.google import pace
from stenofleet_worker.google.base import Heard, HeardResult, HeardWord, Refused
from stenofleet_worker.google.rules import AGAIN, pause, sentence
from stenofleet_worker.google.transcript import cost, outcome

NEVER = ("INVALID_ARGUMENT", "PERMISSION_DENIED", "NOT_FOUND", "UNAUTHENTICATED", "UNKNOWN")
PRICE = Decimal("0.016")


def refused(code: str) -> Refused:
    return Refused(code, "projects/secret-project said no.")


@pytest.mark.parametrize("code", NEVER)
def test_some_codes_are_final(code: str) -> None:
    assert pause(refused(code), 1) is None


@pytest.mark.parametrize("code", AGAIN)
def test_the_others_are_tried_again_ever_later_and_not_for_ever(code: str) -> None:
    pauses = [pause(refused(code), tries) for tries in range(1, 200)]
    tried = [each for each in pauses if each is not None]
    assert tried == sorted(tried)
    assert pauses[0] is not None
    assert pauses[-1] is None


def test_a_quota_is_given_more_time_than_a_connection() -> None:
    first = pause(refused("UNAVAILABLE"), 1)
    quota = pause(refused("RESOURCE_EXHAUSTED"), 1)
    assert first is not None
    assert quota is not None
    assert quota > 10 * first


@pytest.mark.parametrize("code", [*NEVER[1:], *AGAIN])
def test_users_read_no_names_of_the_installation(code: str) -> None:
    assert "secret-project" not in sentence(refused(code))


@given(st.floats(0, 100), st.floats(0, 1e6), st.none() | st.floats(0, 30_000))
def test_no_operation_is_at_100_percent(told: float, elapsed: float, seconds: float | None) -> None:
    assert 0 <= pace.percent(told, elapsed, seconds) < 100


def test_googles_percent_counts_and_else_the_clock() -> None:
    assert pace.percent(40, 1000, 60) == 40
    assert pace.percent(0, 10, 600) < pace.percent(0, 60, 600)


@given(st.floats(0, 100_000))
def test_looks_come_neither_too_often_nor_too_seldom(elapsed: float) -> None:
    assert pace.SOONEST <= pace.next_look(elapsed) <= pace.LATEST


def test_a_minute_costs_its_price() -> None:
    assert cost(90, PRICE) == Decimal("0.024")


def test_the_billed_length_is_paid_for_and_the_known_one_is_the_recordings() -> None:
    word = HeardWord("Yes.", 0.5, 1.0)
    heard = Heard((HeardResult("Yes.", 1.0, language="en-us", words=(word,)),), 60.0)
    found = outcome(heard, 59.5, PRICE, {"model": "long"})
    assert (found.duration_seconds, found.cost, found.language) == (59.5, PRICE, "en-US")
    assert found.provider_metadata == {"google": {"model": "long", "billed_seconds": 60.0}}


def test_without_a_price_the_cost_is_unknown_and_not_zero() -> None:
    assert outcome(Heard(()), 10.0, None, {}).cost is None


def test_silence_is_a_transcript_without_segments() -> None:
    found = outcome(Heard(()), 10.0, PRICE, {})
    assert (found.segments, found.language, found.duration_seconds) == ((), None, 10.0)


def test_of_two_speakers_whom_google_hears_who_says_less_is_guessed_the_coach() -> None:
    asks = HeardWord("why?", 0.0, 0.4, label="1")
    answers = [HeardWord("so", 1.0 + at, 1.4 + at, label="2") for at in range(9)]
    heard = Heard((HeardResult("", 10.0, words=(asks, *answers)),))

    found = outcome(heard, 10.0, None, {})

    roles = {who: role for who, (role, _) in found.roles.items()}
    assert [roles[each.speaker_id] for each in found.segments][:2] == [Role.COACH, Role.CLIENT]
