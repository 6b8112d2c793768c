"""The models of KEDA and the HPA reproduce what was measured of them, within 20 %."""

from statistics import median

import pytest
from stenofleet_autoscaler.simulate import world
from stenofleet_autoscaler.simulate.fixed import Fixed
from stenofleet_autoscaler.simulate.hpa import HpaRules, Recommender
from stenofleet_autoscaler.simulate.keda import default_rules, formula_rules, tuned_rules
from stenofleet_autoscaler.simulate.setting import Setting
from support.keda_rows import ALTERNATING, FORTY, ROWS, SIXTEEN
from support.workloads import Row, at_once, keda_runs, run

WARM = Setting(pods=8)


@pytest.fixture(autouse=True)
def what_is_stranded_is_watched_for_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the four hours, in which KEDA's clocks tick and nothing else happens."""
    monkeypatch.setattr(world, "PATIENCE", 600.0)


@pytest.mark.parametrize("row", ROWS, ids=[row.about for row in ROWS])
def test_the_median_over_the_clocks_phases_is_what_was_measured(row: Row) -> None:
    figures = [row.figure(meter) for meter in keda_runs(row.rules(2, 8), row.trace, row.setting())]
    assert median(figures) == pytest.approx(row.measured, rel=0.2)


def test_the_default_poll_answers_between_at_once_and_half_a_minute_later() -> None:
    firsts = [each.changes[0][0] for each in keda_runs(default_rules(2, 8), FORTY, Setting())]
    assert [min(firsts), max(firsts)] == pytest.approx([3.2, 27.2])


def test_tuned_cuts_twelve_to_sixteen_of_sixteen_tasks_longer_than_the_grace() -> None:
    cut = [each.cut for each in keda_runs(tuned_rules(2, 8), SIXTEEN, WARM)]
    assert all(12 <= each <= 16 for each in cut)


def test_the_default_cooldown_outlasts_ninety_seconds_but_not_seven_minutes() -> None:
    short = [each.cut for each in keda_runs(default_rules(2, 8), SIXTEEN, WARM)]
    fourteen = at_once(*[420.0] * 14)
    long = [each.cut for each in keda_runs(default_rules(2, 8), fourteen, WARM)]
    assert set(short) == {0}
    assert median(long) == pytest.approx(12, rel=0.2)


def test_the_formula_cuts_no_task_while_all_are_alike_and_three_or_four_when_they_are_not() -> None:
    alike = [each.cut for each in keda_runs(formula_rules(2, 8), SIXTEEN, WARM)]
    patient = Setting(pods=8, visibility_timeout=150.0)
    mixed = [each.cut for each in keda_runs(formula_rules(2, 8), ALTERNATING, patient)]
    assert set(alike) == {0}
    assert median(mixed) == pytest.approx(3.5, rel=0.2)


def test_eight_pods_that_are_there_are_the_floor() -> None:
    meter = run(FORTY, Fixed(8))
    assert meter.last_start == pytest.approx(10.2, rel=0.2)
    assert meter.to_last_finish == pytest.approx(122, rel=0.2)


def test_cut_tasks_are_stranded_when_nothing_looks_at_the_list() -> None:
    meter = next(keda_runs(tuned_rules(2, 8), SIXTEEN, WARM))
    assert meter.finished == 0


def test_an_hpa_grows_by_four_pods_or_doubles_whichever_is_more() -> None:
    wanted = Recommender(HpaRules(per_pod=1, most=100))
    assert [wanted.desired(0, 1, 100), wanted.desired(15, 5, 100), wanted.desired(30, 10, 100)] == [
        5,
        10,
        20,
    ]


def test_an_hpa_shrinks_to_the_largest_of_its_last_five_minutes() -> None:
    wanted = Recommender(HpaRules(per_pod=1, most=100))
    values = [wanted.desired(at, 10, 2) for at in (0, 285, 315)]
    assert values == [10, 10, 2]


def test_an_hpa_leaves_a_ratio_within_its_tolerance() -> None:
    assert Recommender(HpaRules(per_pod=10, most=100)).desired(0, 10, 109) == 10
