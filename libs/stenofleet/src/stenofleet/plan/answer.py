"""The whole answer: the guide's rule beside what queueing theory says, and what both take."""

from dataclasses import asdict, dataclass
from typing import Any

from stenofleet.plan.fleet import Fleet, Pod, Prices, fleet
from stenofleet.plan.guide import GuideAnswer, by_the_guide
from stenofleet.plan.queueing import Load, last_start, share_within, slots_for, wait


@dataclass(frozen=True)
class Question:
    """What is to be planned.

    Attributes:
        peak_users: people who are there at the busiest time.
        safety: the guide's margin, a factor.
        tasks_per_worker: the guide's concurrency.
        load: what comes at the busiest time.
        objective: seconds within which ``share`` of the tasks is to be started.
        share: from 0 to 1.
        pod: a worker's pod.
        prices: of an hour, or None when nobody asked for costs.
        busy_share: the share of a month in which the peak's fleet is needed.
    """

    peak_users: int
    safety: float
    tasks_per_worker: int
    load: Load
    objective: float
    share: float
    pod: Pod
    prices: Prices | None
    busy_share: float


@dataclass(frozen=True)
class Option:
    """A number of slots, and how tasks fare with it; waits in seconds.

    Attributes:
        wait: within which the question's share of the tasks is started; infinite when never.
        within: the share that is started within the objective.
        last_of_a_burst: when the last is started if all peak users send one task at once.
    """

    slots: int
    wait: float
    within: float
    last_of_a_burst: float


@dataclass(frozen=True)
class Plan:
    """What the command prints."""

    question: Question
    guide: GuideAnswer
    needed: int
    fleet: Fleet
    options: tuple[Option, ...]

    def as_json(self) -> dict[str, Any]:
        """All of it for programs; what is infinite is null."""
        asked, prices = self.question, self.question.prices
        return {
            "guide": {
                **asdict(self.guide),
                "total": self.guide.total,
                "short": self.guide.short,
            },
            "load": {**asdict(asked.load), "offered": asked.load.offered},
            "objective": {"seconds": asked.objective, "share": asked.share},
            "slots": self.needed,
            "fleet": {
                "pods": self.fleet.pods,
                "concurrency": asked.pod.slots,
                "cores": self.fleet.cores,
                "gib": self.fleet.gib,
                "month": None if prices is None else self.fleet.month(prices),
                "month_scaled": None
                if prices is None
                else self.fleet.month(prices, asked.busy_share),
            },
            "options": [_finite(asdict(each)) for each in self.options],
        }


def answer(question: Question) -> Plan:
    """Works out everything."""
    guide = by_the_guide(question.peak_users, question.safety, question.tasks_per_worker)
    needed = slots_for(question.load, question.objective, question.share)
    options = tuple(option(question, slots) for slots in _shown(question.load, needed))
    return Plan(question, guide, needed, fleet(needed, question.pod), options)


def option(question: Question, slots: int) -> Option:
    """How tasks fare with so many slots."""
    return Option(
        slots,
        wait(question.load, slots, question.share),
        share_within(question.load, slots, question.objective),
        last_start(question.peak_users, question.load.seconds, slots),
    )


def _shown(load: Load, needed: int) -> range:
    """From the last number with which the queue only grows, to some more than enough."""
    return range(max(1, min(int(load.offered), needed - 1)), needed + 4)


def _finite(row: dict[str, float]) -> dict[str, float | None]:
    return {name: None if value == float("inf") else value for name, value in row.items()}
