from hypothesis import given
from hypothesis import strategies as st
from stenofleet_worker.transcription.container_clock import TOLERANCE, ContainerClock


def test_a_clock_that_was_never_seen_agrees_with_the_samples() -> None:
    assert ContainerClock().lead(17.0) == 0.0


def test_a_leap_counts_from_where_it_is() -> None:
    clock = ContainerClock()
    for position, time in ((0.0, 0.5), (1.0, 1.5), (2.0, 4.5), (3.0, None), (4.0, 6.5)):
        clock.observe(position, time)
    assert [clock.lead(position) for position in (0.0, 1.9, 2.0, 9.0)] == [0.5, 0.5, 2.5, 2.5]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_what_it_says_of_a_place_is_never_farther_off_than_its_tolerance(
    leads: list[float],
) -> None:
    clock = ContainerClock()
    for position, lead in enumerate(leads):
        clock.observe(position, position + lead)
    for position, lead in enumerate(leads):
        assert abs(clock.lead(position) - lead) <= TOLERANCE + 1e-9
