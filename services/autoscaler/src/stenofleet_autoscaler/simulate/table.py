"""Outcomes as a table in Markdown."""

from collections.abc import Iterable, Sequence

from stenofleet_autoscaler.simulate.outcome import Outcome

HEADS = (
    "policy",
    "wait p50",
    "p95",
    "p99",
    "objective met",
    "pod-seconds",
    "slots wasted",
    "cut",
    "lost in crashes",
    "unfinished",
    "scale actions",
    "resizes",
)


def table(outcomes: Iterable[Outcome]) -> str:
    """One line for each policy; waits in seconds, wasted slots in slot-seconds."""
    return markdown(HEADS, [_row(each) for each in outcomes])


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The rows in columns of equal width."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [heads, ["-" * width for width in widths], *rows]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def _row(each: Outcome) -> tuple[str, ...]:
    if each.p50 is None:
        return (each.policy, *["-"] * 4, f"{each.pod_seconds:,.0f}", *["-"] * 6)
    counts = (each.cut, each.crashed, each.unfinished, each.actions, each.resizes)
    return (
        each.policy,
        *(f"{wait:.1f} s" for wait in (each.p50, each.p95, each.p99) if wait is not None),
        f"{each.met or 0.0:.1%}",
        f"{each.pod_seconds:,.0f}",
        f"{each.wasted or 0.0:,.0f}",
        *(str(count) for count in counts),
    )
