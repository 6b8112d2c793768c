import itertools
import math
import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.learn.knee import PROBE_AFTER, Knee

Throughput = Callable[[int], float]
LEVELS = st.lists(st.integers(1, 32), min_size=1, max_size=8, unique=True)
TICK = 1.0


def linear(slots: int) -> float:
    return slots * 0.5


def up_to(cores: int) -> Throughput:
    return lambda slots: min(slots, cores) * 0.5


def poisson(mean: float, chance: random.Random) -> int:
    """Knuth, The Art of Computer Programming, 3.4.1."""
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def watched(
    throughput: Throughput, levels: Sequence[int], seconds: int, seed: int | None = None
) -> Knee:
    """A pod that was saturated at each of the levels in turn, all of them lately."""
    knee, chance = Knee(), random.Random(seed)  # noqa: S311
    for second in range(seconds):
        for slots in levels:
            mean = throughput(slots)
            started = mean if seed is None else poisson(mean, chance)
            knee.saw(slots, TICK, started, second * TICK)
    return knee


@given(LEVELS, st.integers(0, 100))
def test_work_that_gains_from_each_slot_is_never_stopped_short(
    levels: list[int], seed: int
) -> None:
    """By chance 31 slots may look like 32; what is lost by that is less than a tenth."""
    for seconds in (1, 150):
        useful = watched(linear, levels, seconds, seed).useful(1, 32, seconds)
        assert useful is None or linear(useful) >= 0.9 * linear(max(levels))


@given(LEVELS, st.integers(1, 16))
def test_what_is_stopped_loses_no_tenth_of_the_throughput_that_was_seen(
    levels: list[int], cores: int
) -> None:
    useful = watched(up_to(cores), levels, 300).useful(1, 32, 300)
    best = max(up_to(cores)(slots) for slots in levels)
    assert useful is None or up_to(cores)(useful) >= best * 0.9


@given(LEVELS, st.integers(1, 8), st.integers(1, 16), st.integers(0, 16))
def test_the_bounds_are_kept(levels: list[int], cores: int, minimum: int, more: int) -> None:
    useful = watched(up_to(cores), levels, 300).useful(minimum, minimum + more, 300)
    assert useful is None or minimum <= useful < minimum + more


@pytest.mark.parametrize("seed", range(5))
def test_an_engine_bound_by_four_cores_is_stopped_at_four_slots(seed: int) -> None:
    assert watched(up_to(4), [2, 4, 8], 1200, seed).useful(1, 8, 1200) == 4


def test_throughput_that_falls_again_is_stopped_before_it() -> None:
    knee = watched(lambda slots: [0, 1, 2, 3, 2, 1][slots], [1, 2, 3, 4, 5], 1200)
    assert knee.useful(1, 5, 1200) == 3


def test_a_few_tasks_are_no_proof() -> None:
    assert watched(up_to(2), [2, 4], 20).useful(1, 4, 20) is None


def test_a_level_alone_says_nothing() -> None:
    assert watched(up_to(2), [8], 5000).useful(1, 8, 5000) is None


def test_the_minimum_is_never_undercut() -> None:
    assert watched(up_to(1), [1, 2, 4], 2000).useful(2, 8, 2000) == 2


def test_after_an_hour_the_levels_above_are_tried_again() -> None:
    knee = watched(up_to(4), [4, 8], 1200)
    for second in range(1200, 1200 + int(PROBE_AFTER), 10):
        knee.saw(4, 10.0, 20.0, second)
    now = 1200 + PROBE_AFTER
    assert knee.useful(1, 8, now) is None


def test_a_knee_that_was_found_does_not_flap_until_it_is_tried_again() -> None:
    knee, chance = watched(up_to(4), [4, 8], 1200, seed=1), random.Random(2)  # noqa: S311
    told = []
    for second in range(1200, 1200 + int(PROBE_AFTER), 10):
        knee.saw(4, 10.0, poisson(20.0, chance), second)
        told.append(knee.useful(1, 8, second))
    changes = sum(a != b for a, b in itertools.pairwise(told))
    assert told[0] == 4
    assert changes <= 1


def test_work_that_began_to_gain_is_set_free() -> None:
    knee = watched(up_to(4), [4, 8], 1200)
    assert knee.useful(1, 8, 1200) == 4
    for second in range(6000, 7200):
        for slots in (4, 8):
            knee.saw(slots, TICK, linear(slots), second)
    assert knee.useful(1, 8, 7200) is None


@given(st.integers(-2, 4), st.floats(), st.floats(), st.floats())
def test_absurd_looks_change_nothing(slots: int, seconds: float, started: float, at: float) -> None:
    knee = Knee()
    knee.saw(slots, seconds, started, at)
    assert knee.useful(1, 8, 0.0) is None
