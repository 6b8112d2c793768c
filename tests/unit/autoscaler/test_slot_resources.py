from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.act import quantities
from stenofleet_autoscaler.decide.slot_resources import (
    Amount,
    amount_for,
    lowered,
    most_slots,
    over,
    quality_of_service,
    raised,
)

NOTHING = Amount({}, {})
VALUES = st.decimals(0, 64, places=3)
SIDES = st.dictionaries(st.sampled_from(["cpu", "memory"]), VALUES)
AMOUNTS = st.builds(Amount, SIDES, SIDES)


def memory(request: int, limit: int) -> Amount:
    return Amount({"memory": Decimal(request)}, {"memory": Decimal(limit)})


def test_each_slot_adds_its_own_to_the_base_in_requests_and_in_limits() -> None:
    base = quantities.read({"cpu": "100m", "memory": "1Gi"}, {"memory": "1Gi"})
    each = quantities.read({"cpu": "500m"}, {"memory": "512Mi"})
    assert quantities.written(amount_for(base, each, 3)) == {
        "requests": {"cpu": "1600m", "memory": "1073741824"},
        "limits": {"memory": "2684354560"},
    }


def test_what_kubernetes_cannot_resize_in_place_is_left_out() -> None:
    read = quantities.read({"cpu": "1", "ephemeral-storage": "1Gi"}, {"nvidia.com/gpu": "1"})
    assert quantities.written(read) == {"requests": {"cpu": "1000m"}}


@pytest.mark.parametrize(("used", "limit"), [(79, 100), (80, 200), (None, 200)])
def test_a_memory_limit_falls_only_while_use_is_below_four_fifths_of_it(
    used: int | None, limit: int
) -> None:
    found = lowered(memory(50, 200), memory(40, 100), None if used is None else Decimal(used))
    assert found == memory(40, limit)


def test_a_limit_that_is_kept_keeps_the_request_of_a_guaranteed_pod() -> None:
    assert lowered(memory(200, 200), memory(100, 100), None) == memory(200, 200)


@given(AMOUNTS, AMOUNTS, st.integers(1, 20), st.integers(1, 20))
def test_more_slots_never_need_less(base: Amount, each: Amount, one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert amount_for(base, each, high).covers(amount_for(base, each, low))


@given(AMOUNTS, AMOUNTS, st.integers(1, 20), st.integers(1, 20))
def test_the_slots_that_fit_are_the_most_whose_resources_are_there(
    base: Amount, each: Amount, given_for: int, ceiling: int
) -> None:
    present = amount_for(base, each, given_for)
    fits = most_slots(base, each, present, ceiling)
    assert min(given_for, ceiling) <= fits <= ceiling
    assert present.covers(amount_for(base, each, fits))


@given(AMOUNTS, AMOUNTS)
def test_what_is_asked_for_growth_takes_nothing_away(template: Amount, wanted: Amount) -> None:
    asked = raised(template, over(template, wanted))
    assert asked.covers(template)
    assert asked.covers(wanted)


def fixed(cpu: str = "1", size: str = "1Gi") -> Amount:
    both = {"cpu": cpu, "memory": size}
    return quantities.read(both, both)


@pytest.mark.parametrize(
    ("containers", "expected"),
    [
        ([NOTHING, NOTHING], "BestEffort"),
        ([fixed(), fixed("2", "2Gi")], "Guaranteed"),
        ([fixed(), NOTHING], "Burstable"),
        ([quantities.read({}, {"cpu": "1", "memory": "1Gi"})], "Guaranteed"),
        ([quantities.read({"cpu": "1"}, {"cpu": "1"})], "Burstable"),
        (
            [quantities.read({"cpu": "1", "memory": "1Gi"}, {"cpu": "2", "memory": "1Gi"})],
            "Burstable",
        ),
    ],
)
def test_the_quality_of_service_is_the_one_that_kubernetes_gives(
    containers: list[Amount], expected: str
) -> None:
    assert quality_of_service(containers) == expected
