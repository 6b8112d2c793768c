"""What holds for every decision, whatever the situation."""

import itertools
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from stenofleet_autoscaler.decide import Policy
from stenofleet_autoscaler.decide.draining import controllers_order
from stenofleet_autoscaler.model import Drain, Heartbeat, Observation, Pod, Work
from stenofleet_autoscaler.spec import PoolSpec
from support.steady_load import sizes_under

WINDOW = 60.0


@st.composite
def specs(draw: st.DrawFn) -> PoolSpec:
    smallest = draw(st.integers(0, 5))
    least = draw(st.integers(1, 4))
    raw: dict[str, Any] = {
        "targetRef": {"kind": "Deployment", "name": "workers"},
        "broker": {"urlSecretRef": {"name": "redis", "key": "url"}},
        "demand": {"queues": ["mail"]},
        "minReplicas": smallest,
        "maxReplicas": draw(st.integers(max(1, smallest), 12)),
        "concurrency": {"min": least, "max": draw(st.integers(least, 8))},
        "objective": draw(
            st.sampled_from([{"backlogPerSlot": 1}, {"backlogPerSlot": 7}, {"queueWait": "30s"}])
        ),
    }
    return PoolSpec.parse(raw)


beats = st.builds(
    Heartbeat, at=st.just(0.0), active=st.integers(0, 8), processed=st.integers(0, 99)
)
drains = st.builds(Drain, since=st.just(900.0), empty=st.booleans(), ranked=st.booleans())
pods = st.builds(
    Pod,
    name=st.uuids().map(str),
    ready=st.booleans(),
    assigned=st.booleans(),
    pending=st.booleans(),
    running=st.booleans(),
    cost=st.sampled_from([0, -1000]),
    beat=st.none() | beats,
    slots=st.none() | st.integers(1, 8),
    drain=st.none() | drains,
)
works = st.builds(
    Work, queued=st.integers(0, 300), delivered=st.integers(0, 40), scheduled=st.integers(0, 9)
)


@st.composite
def observations(draw: st.DrawFn, work: st.SearchStrategy[Work | None] = works) -> Observation:
    there = tuple(draw(st.lists(pods, max_size=8)))
    return Observation(
        now=1000.0,
        work=draw(work),
        replicas=max(0, len(there) + draw(st.integers(-1, 3))),
        pods=there,
        unknown_for=draw(st.sampled_from([0.0, 10.0, 999.0])),
        settled=draw(st.booleans()),
        resizable=draw(st.booleans()),
    )


@given(observations(), specs())
def test_the_size_wanted_is_within_bounds_once_a_window_was_watched(
    seen: Observation, spec: PoolSpec
) -> None:
    policy = Policy()
    policy.decide(seen, spec)
    decision = policy.decide(replace(seen, now=seen.now + WINDOW + 1), spec)
    assert spec.min_replicas <= decision.pods <= spec.max_replicas
    if decision.concurrency is not None:
        assert spec.concurrency.min <= decision.concurrency <= spec.concurrency.max


@given(observations(works | st.none()), specs(), st.integers(0, 9))
def test_nothing_ever_grows_above_the_maximum(
    seen: Observation, spec: PoolSpec, surge: int
) -> None:
    more = tuple(Pod(name=f"surge-{number}", ready=True) for number in range(surge))
    decision = Policy().decide(replace(seen, pods=(*seen.pods, *more)), spec)
    assert decision.replicas <= max(seen.replicas, spec.max_replicas)


@given(observations(st.none()), specs())
def test_what_is_unknown_never_shrinks(seen: Observation, spec: PoolSpec) -> None:
    decision = Policy().decide(seen, spec)
    assert decision.replicas >= seen.replicas
    assert not decision.drain
    assert not decision.release
    assert decision.concurrency is None


@given(observations(), specs(), st.integers(0, 200))
def test_more_queued_tasks_never_mean_fewer_slots_or_pods(
    seen: Observation, spec: PoolSpec, more: int
) -> None:
    assert seen.work is not None
    richer = replace(seen, work=replace(seen.work, queued=seen.work.queued + more))
    less, most = Policy().decide(seen, spec), Policy().decide(richer, spec)
    assert less.slots is not None
    assert most.slots is not None
    assert most.slots >= less.slots
    assert most.pods >= less.pods


@given(observations(), specs())
def test_only_pods_that_are_done_go_and_just_those_that_the_controller_chooses(
    seen: Observation, spec: PoolSpec
) -> None:
    policy = Policy()
    policy.decide(seen, spec)
    decision = policy.decide(replace(seen, now=seen.now + WINDOW + 1), spec)
    order = controllers_order(seen.pods)
    leaving = max(0, len(order) - decision.replicas) if decision.replicas < seen.replicas else 0
    for pod in order[:leaving]:
        assert pod.drain is not None
        assert pod.drain.ranked
        assert pod.drain.empty or not pod.running


@given(observations(), specs())
def test_replicas_never_fall_below_the_pods_that_are_not_done(
    seen: Observation, spec: PoolSpec
) -> None:
    policy = Policy()
    policy.decide(seen, spec)
    decision = policy.decide(replace(seen, now=seen.now + WINDOW + 1), spec)
    kept = sum(not (pod.drain and (pod.drain.empty or not pod.running)) for pod in seen.pods)
    assert decision.replicas >= min(kept, seen.replicas)


@given(works, specs())
def test_a_size_that_fits_stays_as_it_is(work: Work, spec: PoolSpec) -> None:
    first = Policy().decide(Observation(now=0, work=work, replicas=0), spec)
    there = tuple(
        Pod(name=str(number), ready=True, slots=spec.concurrency.min)
        for number in range(first.pods)
    )
    policy = Policy()
    sizes = set()
    for second in range(0, 300, 20):
        seen = Observation(now=float(second), work=work, replicas=len(there), pods=there)
        decision = policy.decide(seen, spec)
        there = tuple(replace(pod, slots=decision.concurrency or pod.slots) for pod in there)
        sizes.add((decision.replicas, decision.concurrency, decision.drain))
    assert len(sizes) == 1


@given(observations(), specs(), st.randoms())
def test_the_order_in_which_pods_are_listed_changes_no_size(
    seen: Observation, spec: PoolSpec, random: Any
) -> None:
    shuffled = list(seen.pods)
    random.shuffle(shuffled)
    one = Policy().decide(seen, spec)
    other = Policy().decide(replace(seen, pods=tuple(shuffled)), spec)
    assert (one.pods, one.replicas, one.concurrency) == (
        other.pods,
        other.replicas,
        other.concurrency,
    )


@given(st.lists(works, min_size=3, max_size=12), specs())
def test_after_a_restart_decisions_are_the_same_once_a_window_was_watched(
    works: list[Work], spec: PoolSpec
) -> None:
    old, new = Policy(), Policy()
    for number, work in enumerate(works):
        seen = Observation(now=20.0 * number, work=work, replicas=0)
        before = old.decide(seen, spec)
        if number < len(works) // 2:
            continue
        after = new.decide(seen, spec)
        assert not after.drain
        if 20.0 * (number - len(works) // 2) > WINDOW:
            assert (after.pods, after.slots) == (before.pods, before.slots)


@given(st.floats(0.2, 20.0), st.floats(0.5, 30.0), st.integers(1, 4))
# Ten minutes of up to 600 pods each.
@settings(max_examples=settings().max_examples // 10)
def test_a_constant_load_makes_no_size_swing(pace: float, seconds: float, slots: int) -> None:
    sizes = sizes_under(pace, seconds, slots)
    settled = sizes[len(sizes) // 2 :]
    turns = sum(a != b for a, b in itertools.pairwise(settled))
    assert turns <= 1
    assert max(settled) - min(settled) <= max(1, max(settled) // 4)
