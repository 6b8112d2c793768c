"""What was decided, and why."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Step:
    """One rule, with the value that it was given and the one that it left."""

    rule: str
    before: int
    after: int

    def __str__(self) -> str:
        return f"{self.rule}: {self.before} -> {self.after}"


CONVERSIONS = frozenset({"work to slots", "slots to pods", "slots to concurrency"})
"""Rules that turn one figure into another: they bind nothing."""


@dataclass
class Trail:
    """The rules that a value went through, in order."""

    steps: list[Step] = field(default_factory=list)

    def note(self, rule: str, before: int, after: int) -> int:
        """Keeps the step and returns the value after it."""
        self.steps.append(Step(rule, before, after))
        return after

    @property
    def bound(self) -> str | None:
        """The last rule that changed the figure it was given; None when nothing did."""
        changed = (each.rule for each in reversed(self.steps) if each.before != each.after)
        return next((rule for rule in changed if rule not in CONVERSIONS), None)


@dataclass(frozen=True)
class Decision:
    """What a pool is to look like now.

    Attributes:
        slots: slots wanted, within the pool's bounds; None when the work is unknown.
        pods: pods that the pool should come to.
        replicas: what the target's spec should say now; above `pods` while pods still drain.
        concurrency: tasks at a time for each pod that serves; None leaves it.
        drain: pods that should stop taking tasks.
        undrain: pods that should take tasks again.
        release: pods that go with `replicas`.
        reason: one word for it.
        message: the same in a sentence.
        steps: each rule in order with the value before and after.
        bound: the rule that bound the size; None when the work alone says it.
        inputs: what it was made from, by name.
    """

    slots: int | None
    pods: int
    replicas: int
    concurrency: int | None
    reason: str
    message: str
    drain: tuple[str, ...] = ()
    undrain: tuple[str, ...] = ()
    release: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    bound: str | None = None
    inputs: tuple[tuple[str, float | None], ...] = ()
