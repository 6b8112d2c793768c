from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.guards.visibility import Limits, Longest, condition

LIMITS = Limits(visibility_timeout=3600, grace=600)


def test_short_tasks_are_no_risk() -> None:
    told = condition(LIMITS, Longest("mail.send", 100), {"mail.send": 40})
    assert (told.status, told.reason) == ("False", "WithinLimits")


def test_nothing_known_is_no_risk() -> None:
    assert condition(LIMITS, None, {}).status == "False"


def test_a_task_in_flight_near_the_visibility_timeout_runs_twice_soon() -> None:
    told = condition(LIMITS, Longest("report", 2880), {"report": 5000})
    assert (told.status, told.reason) == ("True", "DeliveredTwiceSoon")
    assert all(part in told.message for part in ("report", "2880 s", "3600 s"))


def test_long_run_times_are_told_before_one_is_that_old() -> None:
    told = condition(LIMITS, Longest("report", 10), {"mail": 1, "report": 2881.4})
    assert told.reason == "RunTimeNearsVisibilityTimeout"
    assert all(part in told.message for part in ("report", "2900 s", "3600 s"))


def test_run_times_above_the_grace_period_are_told_last() -> None:
    told = condition(LIMITS, None, {"report": 700})
    assert told.reason == "RunTimeAboveGrace"
    assert all(part in told.message for part in ("report", "700 s", "600 s"))


@given(age=st.floats(2880, 100_000), older=st.floats(0, 100_000))
def test_the_message_does_not_move_with_the_age(age: float, older: float) -> None:
    first = condition(LIMITS, Longest("report", age), {})
    assert condition(LIMITS, Longest("report", age + older), {}) == first
