"""A load test in words, for people."""

from collections.abc import Iterator, Mapping

from stenofleet.load.report import Report


def lines(report: Report) -> Iterator[str]:
    """Totals, reasons, speed, and how long tasks waited and ran."""
    good = len(report.good)
    yield f"total         {len(report.outcomes)}"
    yield f"success       {good}"
    yield f"failed        {len(report.outcomes) - good}"
    for reason, count in report.reasons.items():
        yield f"  {count:>5}  {reason}"
    speed = report.tasks_a_minute
    told = (
        "unknown: none was done" if speed is None else f"{speed:.1f}, over {report.seconds:.1f} s"
    )
    yield f"tasks/minute  {told}"
    yield f"wait          {_quantiles(report.figures(lambda each: each.wait))}"
    yield f"run           {_quantiles(report.figures(lambda each: each.run))}"


def _quantiles(figures: Mapping[str, float] | None) -> str:
    if figures is None:
        return "unknown"
    return "  ".join(f"{name} {seconds:.1f} s" for name, seconds in figures.items())
