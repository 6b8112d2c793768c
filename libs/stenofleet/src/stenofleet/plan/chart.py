"""The wait against the number of slots, as a picture."""

from math import isfinite
from pathlib import Path

from stenofleet import charts
from stenofleet.plan.answer import Plan, option


def draw(plan: Plan, path: Path) -> None:
    """Writes SVG or PNG, by the suffix.

    Raises:
        ChartError: another suffix, or matplotlib is not there.
    """
    charts.check(path)
    asked = plan.question
    slots = range(int(asked.load.offered) + 1, plan.needed * 2 + 2)
    waits = [(each, option(asked, each).wait) for each in slots]
    figure = charts.figure(8, 4.5)
    axes = figure.subplots()
    shown = [(each, seconds) for each, seconds in waits if isfinite(seconds)]
    axes.plot(*zip(*shown, strict=True), marker="o", markersize=3)
    axes.axhline(asked.objective, color="grey", linestyle=":", label="objective")
    axes.axvline(plan.needed, color="grey", linestyle="--", label=f"{plan.needed} slots")
    axes.set_xlabel("slots")
    axes.set_ylabel(f"{asked.share:.0%} are started within (s)")
    axes.set_ylim(bottom=0, top=max(asked.objective * 5, 1))
    axes.legend()
    charts.save(figure, path)
