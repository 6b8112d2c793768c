from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.shares import ALONE, Claim, Share, own_of, shares_of

QUEUES = ("mail", "reports")


@st.composite
def claims(draw: st.DrawFn) -> list[Claim]:
    count = draw(st.integers(1, 6))
    queues = st.sets(st.sampled_from(QUEUES)).map(lambda names: tuple(sorted(names)))
    slots = st.integers(0, 1000)
    return [Claim(str(n), draw(queues), draw(slots), draw(slots)) for n in range(count)]


def test_a_queue_that_one_pool_consumes_is_all_its_own() -> None:
    told = shares_of([Claim("a", ("mail",), 10), Claim("b", ("reports",), 10)])
    assert told == {}
    assert Share(Fraction(1), ()) == ALONE


def test_what_waits_is_shared_by_the_slots_that_each_pool_can_have() -> None:
    told = shares_of([Claim("a", ("mail",), 30, active=4), Claim("b", ("mail",), 10, active=1)])
    assert told["a", "mail"] == Share(Fraction(3, 4), elsewhere=(("b", 1),))
    assert told["b", "mail"] == Share(Fraction(1, 4), elsewhere=(("a", 4),))


def test_a_pool_that_does_not_act_leaves_the_others_all_that_waits() -> None:
    told = shares_of([Claim("a", ("mail",), 10), Claim("idle", ("mail",), 0, active=2)])
    assert told["a", "mail"] == Share(Fraction(1), elsewhere=(("idle", 2),))
    assert told["idle", "mail"].of_queued == 0


def test_pools_of_which_none_acts_each_tell_the_whole_queue() -> None:
    told = shares_of([Claim("a", ("mail",), 0), Claim("b", ("mail",), 0)])
    assert {share.of_queued for share in told.values()} == {Fraction(1)}


@given(claims())
def test_shares_of_a_queue_add_up_to_all_of_it_unless_nobody_acts(
    given_claims: list[Claim],
) -> None:
    told = shares_of(given_claims)
    for queue in QUEUES:
        sharing = [claim for claim in given_claims if queue in claim.queues]
        parts = [told[c.pool, queue].of_queued for c in sharing if (c.pool, queue) in told]
        if parts and any(claim.most for claim in sharing):
            assert sum(parts) == 1


@given(claims())
def test_what_runs_elsewhere_is_what_all_others_run(given_claims: list[Claim]) -> None:
    for (pool, queue), share in shares_of(given_claims).items():
        others = [(c.pool, c.active) for c in given_claims if queue in c.queues and c.pool != pool]
        assert sorted(share.elsewhere) == sorted(others)


def test_what_runs_elsewhere_is_taken_off_once_over_all_shared_queues() -> None:
    told = shares_of([Claim("a", QUEUES, 10), Claim("b", QUEUES, 10, active=3)])
    shares = {queue: told["a", queue] for queue in QUEUES}
    assert own_of({"mail": 3, "reports": 3}, shares) == 3
    assert own_of({"mail": 1, "reports": 1}, shares) == 0


@given(claims(), st.lists(st.integers(0, 50), min_size=2, max_size=2))
def test_own_tasks_are_never_more_than_are_held_nor_fewer_than_others_leave(
    given_claims: list[Claim], counts: list[int]
) -> None:
    told, own = shares_of(given_claims), given_claims[0]
    held = dict(zip(QUEUES, counts, strict=True))
    shares = {queue: told[own.pool, queue] for queue in QUEUES if (own.pool, queue) in told}
    others = sum(claim.active for claim in given_claims[1:])
    assert max(0, sum(counts) - others) <= own_of(held, shares) <= sum(counts)
