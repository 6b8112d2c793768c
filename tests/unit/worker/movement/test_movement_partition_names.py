from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_worker.movement.partitions import day_in, name_of, wanted

DAYS = st.dates(date(1000, 1, 1), date(9000, 1, 1))


@given(DAYS)
def test_a_partition_s_name_tells_its_day(day: date) -> None:
    assert day_in(name_of(day)) == day


@pytest.mark.parametrize(
    "name",
    [
        *("movement_log_default", "movement_log_20261301", "movement_log_2026010"),
        *("movement_log_202601011", "other.movement_log_20260101", "movement_log_٢٠٢٦٠١٠١"),
    ],
)
def test_other_tables_are_no_day_s(name: str) -> None:
    assert day_in(name) is None


@given(DAYS)
def test_there_is_a_partition_for_each_day_from_yesterday_to_a_week_ahead(now: date) -> None:
    days = sorted(wanted(now))
    assert days[0] == now - timedelta(days=1)
    assert days[-1] == now + timedelta(days=7)
    assert len(days) == 9
