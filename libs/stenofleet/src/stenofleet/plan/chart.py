"""The wait against the number of slots, as a picture."""

from math import isfinite
from pathlib import Path

from stenofleet.errors import StenofleetError
from stenofleet.plan.answer import Plan, option

SUFFIXES = (".svg", ".png")


class ChartError(StenofleetError):
    """A chart that cannot be drawn."""


def draw(plan: Plan, path: Path) -> None:
    """Writes SVG or PNG, by the suffix.

    Raises:
        ChartError: another suffix, or matplotlib is not there.
    """
    if path.suffix not in SUFFIXES:
        raise ChartError(f"--chart: expected a name that ends in .svg or .png, got {path.name!r}")
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, for charts alone
    except ImportError:
        raise ChartError("charts need: pip install 'stenofleet[plan]'") from None
    asked = plan.question
    slots = range(int(asked.load.offered) + 1, plan.needed * 2 + 2)
    waits = [(each, option(asked, each).wait) for each in slots]
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    shown = [(each, seconds) for each, seconds in waits if isfinite(seconds)]
    axes.plot(*zip(*shown, strict=True), marker="o", markersize=3)
    axes.axhline(asked.objective, color="grey", linestyle=":", label="objective")
    axes.axvline(plan.needed, color="grey", linestyle="--", label=f"{plan.needed} slots")
    axes.set_xlabel("slots")
    axes.set_ylabel(f"{asked.share:.0%} are started within (s)")
    axes.set_ylim(bottom=0, top=max(asked.objective * 5, 1))
    axes.legend()
    figure.savefig(path, dpi=110)
