"""A chart of the pool over time, for each policy."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stenofleet import charts

from stenofleet_autoscaler.simulate.meter import Sample
from stenofleet_autoscaler.simulate.outcome import Outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROWS: dict[str, Callable[[Sample], float]] = {
    "queued tasks": lambda sample: sample.queued,
    "oldest wait (s)": lambda sample: sample.wait,
    "pods": lambda sample: sample.pods,
    "slots": lambda sample: sample.slots,
}

FEW_SECONDS = 1800.0
"""Up to here the time is told in seconds, then in hours."""


def draw(outcomes: Sequence[Outcome], objective: float, path: Path) -> None:
    """Draws a row for each figure and a line for each policy that has samples."""
    drawn = [each for each in outcomes if each.samples]
    figure = charts.figure(11, 9)
    axes = figure.subplots(len(ROWS), 1, sharex=True)
    scale, unit = _unit(drawn)
    for place, (title, value) in zip(axes, ROWS.items(), strict=True):
        _row(place, title, value, drawn, scale)
    axes[1].axhline(objective, color="grey", linestyle=":", label="objective")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=8)
    axes[-1].set_xlabel(f"time ({unit})")
    charts.save(figure, path)


def _row(
    place: "Axes",
    title: str,
    value: Callable[[Sample], float],
    outcomes: Sequence[Outcome],
    scale: float,
) -> None:
    for each in outcomes:
        times = [sample.at / scale for sample in each.samples]
        values = [value(sample) for sample in each.samples]
        place.plot(times, values, drawstyle="steps-post", linewidth=1, label=each.policy)
    place.set_ylabel(title)
    place.set_ylim(bottom=0)
    place.grid(alpha=0.3)


def _unit(outcomes: Sequence[Outcome]) -> tuple[float, str]:
    longest = max((each.samples[-1].at for each in outcomes), default=0.0)
    return (1.0, "s") if longest <= FEW_SECONDS else (3600.0, "h")
