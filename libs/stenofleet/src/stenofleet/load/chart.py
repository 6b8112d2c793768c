"""A load test as a picture: how many were sent and done by when, and who waited how long."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stenofleet import charts
from stenofleet.load.report import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw(report: Report, path: Path) -> None:
    """Writes SVG or PNG, by the suffix, which `charts.check` has looked at."""
    figure = charts.figure(8, 7)
    above, below = figure.subplots(2)
    _steps(above, [each.sent for each in report.outcomes if each.sent is not None], "sent")
    _steps(above, [each.ended for each in report.good], "done")
    above.set_xlabel("seconds since the beginning")
    above.set_ylabel("sessions")
    _shares(below, [each.wait for each in report.good if each.wait is not None], "wait")
    _shares(below, [each.run for each in report.good if each.run is not None], "run")
    below.set_xlabel("seconds")
    below.set_ylabel("% of the sessions within")
    for each in (above, below):
        each.set_ylim(bottom=0)
        each.grid(alpha=0.3)
        each.legend()
    charts.save(figure, path)


def _steps(axes: "Axes", times: Sequence[float], label: str) -> None:
    ordered = [0.0, *sorted(times)]
    axes.plot(ordered, range(len(ordered)), drawstyle="steps-post", label=label)


def _shares(axes: "Axes", seconds: Sequence[float], label: str) -> None:
    shares = [100 * (index + 1) / len(seconds) for index in range(len(seconds))]
    axes.plot([0.0, *sorted(seconds)], [0.0, *shares], drawstyle="steps-post", label=label)
