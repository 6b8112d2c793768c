from collections.abc import Iterable
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.guards.delivered import Look, Verdict
from stenofleet_autoscaler.guards.orphans import APART, HEARING, LATE, MANY, MOST, Orphans
from stenofleet_autoscaler.guards.roster import SILENCE, Roster, Worker

NODE = "celery@pod-1"
MAIL = frozenset({"mail"})
START = 1_000_000.0


@dataclass(frozen=True)
class Held:
    tag: str = "tag"
    queues: tuple[str, ...] = ("mail",)
    delivered_at: float = START - 100
    eta: float | None = None


@dataclass
class Scene:
    """A broker with deliveries, and the pods that consume from it."""

    deliveries: list[Held] = field(default_factory=lambda: [Held()])
    pods: tuple[str, ...] = (NODE,)
    run: str = "worker:0"
    listening_for: float = 3600.0
    now: float = START
    orphans: Orphans = field(default_factory=Orphans)
    roster: Roster = field(default_factory=Roster)

    def tick(self, after: float = 1.0) -> Verdict:
        self.now += after
        workers = {pod: Worker(MAIL, self.run) for pod in self.pods}
        self.roster.see(self.now, MAIL, workers, {}, self.listening_for)
        return self.orphans.see(self.now, self.deliveries, self.roster)

    def look(
        self, held: Iterable[str] = (), *, complete: bool = True, after: float = APART
    ) -> Verdict:
        """A tick, the look that it asks for, and the tick after that."""
        asked = self.tick(after).ask
        assert asked, "nothing was to be asked"
        self.orphans.take(Look(self.now, asked, frozenset(held), complete))
        return self.tick()


def tags(verdict: Verdict) -> list[str]:
    return [each.tag for each in verdict.certain]


def test_what_no_worker_names_twice_is_an_orphan() -> None:
    scene = Scene()
    assert tags(scene.look()) == []
    assert tags(scene.look()) == ["tag"]


def test_the_two_looks_are_some_seconds_apart() -> None:
    scene = Scene()
    scene.look()
    assert scene.tick(after=APART - 2).ask == ()
    assert scene.tick(after=1.0).ask != ()


def test_what_a_worker_names_is_no_orphan_and_is_not_asked_about_again() -> None:
    scene = Scene()
    assert scene.look(held=["tag"]) == Verdict()
    assert scene.tick(after=LATE).ask == scene.tick(after=APART).ask == ()


def test_a_missing_answer_leaves_it_uncertain_for_ever_but_makes_it_demand() -> None:
    scene = Scene()
    for _ in range(20):
        verdict = scene.look(complete=False)
        assert verdict.certain == ()
        assert verdict.suspected == {"mail": 1}


def test_it_is_no_demand_before_anybody_was_asked() -> None:
    """It may well run in a worker that lives, which counts it already."""
    assert Scene().tick().suspected == {}


def test_nothing_is_asked_before_every_worker_could_be_heard() -> None:
    scene = Scene(listening_for=HEARING - 1)
    assert scene.tick().ask == ()
    scene.listening_for = HEARING
    assert scene.tick().ask != ()


def test_only_what_was_delivered_before_the_death_is_asked_about() -> None:
    scene = Scene(deliveries=[])
    scene.tick()
    scene.deliveries = [
        Held("old", delivered_at=scene.now + 1),
        Held("new", delivered_at=scene.now + 9),
    ]
    scene.tick(after=LATE - 5)
    scene.run = "worker:1"
    assert [each.tag for each in scene.tick(after=1.0).ask] == ["old"]


def test_what_was_delivered_before_a_death_may_be_seen_after_it() -> None:
    scene = Scene(deliveries=[])
    scene.tick()
    scene.deliveries = [Held(delivered_at=scene.now - 0.5)]
    assert scene.tick(after=3.0).ask != ()


def test_while_nobody_died_nothing_is_looked_at() -> None:
    scene = Scene()
    scene.look(held=["tag"])
    scene.tick(after=LATE)
    scene.deliveries = [Held("later", delivered_at=scene.now)]
    assert scene.tick(after=3600) == Verdict()


def test_another_death_raises_the_question_anew() -> None:
    scene = Scene()
    scene.look(held=["tag"])
    scene.tick(after=LATE)
    scene.run = "worker:1"
    scene.look()
    assert tags(scene.look()) == ["tag"]


def test_a_message_that_was_delivered_anew_starts_from_nothing() -> None:
    scene = Scene()
    scene.look()
    scene.deliveries = [Held(delivered_at=scene.now)]
    assert scene.tick().suspected == {}
    scene.run = "worker:1"
    scene.tick()
    assert tags(scene.look()) == []


def test_without_any_pod_it_is_demand_at_once_and_an_orphan_after_half_a_minute() -> None:
    scene = Scene(pods=())
    first = scene.tick()
    assert first.suspected == {"mail": 1}
    scene.listening_for = SILENCE - 1
    assert tags(scene.tick()) == []
    scene.listening_for = SILENCE
    assert tags(scene.tick()) == ["tag"]


def test_what_was_delivered_just_now_is_left_to_a_worker_that_we_may_not_know_yet() -> None:
    scene = Scene(pods=(), deliveries=[Held(delivered_at=START)])
    assert tags(scene.tick(after=SILENCE - 1)) == []
    assert tags(scene.tick(after=1.0)) == ["tag"]


def test_a_task_for_later_is_an_orphan_and_no_demand_yet() -> None:
    scene = Scene(pods=(), deliveries=[Held(eta=START + 3600)])
    verdict = scene.tick()
    assert (tags(verdict), verdict.suspected) == (["tag"], {})


def test_other_peoples_queues_and_messages_of_several_queues_are_left_alone() -> None:
    others = [Held("theirs", queues=("elsewhere",)), Held("two", queues=("mail", "elsewhere"))]
    scene = Scene(pods=(), deliveries=others)
    assert scene.tick() == Verdict()


def test_many_are_asked_about_in_turn() -> None:
    many = [Held(f"{number:03}", delivered_at=START - 500 + number) for number in range(2 * MOST)]
    scene = Scene(deliveries=many)
    asked = set()
    for _ in range(2):
        verdict = scene.tick(after=APART)
        asked |= {each.tag for each in verdict.ask}
        assert len(verdict.ask) == MOST
        scene.orphans.take(Look(scene.now, verdict.ask, frozenset(), complete=True))
    assert len(asked) == 2 * MOST


def test_very_many_are_gone_through_only_now_and_then() -> None:
    many = [Held(str(number)) for number in range(MANY + 1)]
    scene = Scene(pods=(), deliveries=many)
    assert len(scene.tick().certain) == MOST
    del many[:MOST]
    between = scene.tick()
    assert (between.certain, between.suspected) == ((), {"mail": MANY + 1})
    assert scene.tick(after=APART).suspected == {"mail": MANY + 1 - MOST}


STEPS = st.lists(
    st.tuples(
        st.floats(0.1, 20),
        st.booleans(),
        st.sampled_from(["nothing", "restart", "pod goes", "pod comes"]),
    ),
    max_size=30,
)


@given(steps=STEPS, silent=st.booleans())
def test_a_task_that_a_live_worker_names_is_never_given_back(
    steps: list[tuple[float, bool, str]], *, silent: bool
) -> None:
    """Whatever becomes of the others; a silent holder makes the answer incomplete."""
    holder, other = "celery@holder", "celery@other"
    scene = Scene(pods=(holder,))
    for after, asks, event in steps:
        if event.startswith("pod"):
            scene.pods = (holder, other) if event == "pod comes" else (holder,)
        elif event == "restart":
            scene.roster.newest_death = scene.now
        verdict = scene.tick(after)
        assert verdict.certain == ()
        if asks and verdict.ask:
            held = frozenset[str]() if silent else frozenset({"tag"})
            scene.orphans.take(Look(scene.now, verdict.ask, held, complete=not silent))
