from collections.abc import Mapping

from stenofleet_autoscaler.guards.roster import AFTERLIFE, SILENCE, Roster, Worker

MAIL = frozenset({"mail"})
NODE = "celery@pod-1"
VM = "celery@machine"


def pod(run: str = "worker:0") -> dict[str, Worker]:
    return {NODE: Worker(MAIL, run)}


class Clockwork:
    """A roster and the time that it is told."""

    def __init__(self) -> None:
        self.roster = Roster()
        self.now = 1_000_000.0

    def tick(
        self,
        pods: Mapping[str, Worker] | None = None,
        heard: Mapping[str, float] | None = None,
        after: float = 1.0,
        listening_for: float = 3600.0,
    ) -> Roster:
        self.now += after
        self.roster.see(self.now, MAIL, pods or {}, heard or {}, listening_for)
        return self.roster


def test_what_happened_before_the_first_look_is_unknown_so_it_counts_as_a_death() -> None:
    clock = Clockwork()
    assert clock.tick(pod()).newest_death == clock.now


def test_as_long_as_all_live_nobody_died() -> None:
    clock = Clockwork()
    first = clock.tick(pod()).newest_death
    assert clock.tick(pod()).newest_death == first


def test_a_pod_that_is_gone_died() -> None:
    clock = Clockwork()
    clock.tick(pod())
    assert clock.tick().newest_death == clock.now
    assert clock.roster.live == frozenset()


def test_a_container_that_was_restarted_died() -> None:
    clock = Clockwork()
    clock.tick(pod("worker:0"))
    assert clock.tick(pod("worker:1")).newest_death == clock.now
    assert clock.roster.live == {NODE}


def test_a_new_pod_is_no_death() -> None:
    clock = Clockwork()
    first = clock.tick().newest_death
    assert clock.tick(pod()).newest_death == first


def test_a_pod_counts_as_there_although_it_is_silent() -> None:
    roster = Clockwork().tick(pod())
    assert roster.live == {NODE}
    assert not roster.deserted("mail")


def test_heartbeats_from_before_a_pod_went_do_not_bring_it_back() -> None:
    clock = Clockwork()
    clock.tick(pod(), {NODE: 0.5})
    assert clock.tick({}, {NODE: 1.5}).live == frozenset()
    assert clock.roster.deserted("mail")
    assert clock.roster.silent_for("mail") == 1.5


def test_a_worker_that_beats_on_without_its_pod_lives() -> None:
    """As after a forced deletion, when the kubelet was away."""
    clock = Clockwork()
    clock.tick(pod(), {NODE: 0.0})
    clock.tick({})
    assert clock.tick({}, {NODE: 0.0}, after=AFTERLIFE + 1).live == {NODE}
    assert not clock.roster.deserted("mail")


def test_a_worker_of_no_pool_may_consume_anything_until_it_says() -> None:
    roster = Clockwork().tick(heard={VM: 0.0})
    assert roster.unknown == {VM}
    assert roster.live == {VM}
    assert not roster.deserted("mail")
    roster.learn(VM, frozenset({"elsewhere"}))
    assert roster.unknown == roster.live == frozenset()
    assert roster.deserted("mail")


def test_a_worker_of_no_pool_that_consumes_the_queue_is_one_to_ask() -> None:
    roster = Clockwork().tick(heard={VM: 0.0})
    roster.learn(VM, MAIL)
    assert roster.live == {VM}
    assert roster.silent_for("mail") == 0.0


def test_a_worker_of_no_pool_that_is_silent_for_long_died() -> None:
    clock = Clockwork()
    clock.tick(heard={VM: 0.0})
    clock.tick(after=SILENCE - 1)
    assert clock.roster.live == {VM}
    assert clock.tick(after=2.0).newest_death == clock.now
    assert clock.roster.live == frozenset()


def test_silence_is_no_longer_than_the_listening() -> None:
    assert Clockwork().tick(listening_for=3.0).silent_for("mail") == 3.0
