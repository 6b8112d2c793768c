"""A plan in words, for people."""

from collections.abc import Iterator
from math import isfinite

from stenofleet.plan.answer import Option, Plan


def lines(plan: Plan) -> Iterator[str]:
    """The guide's answer, the one by queueing, and a table of what more and fewer slots give."""
    yield from _guide(plan)
    yield ""
    yield from _theory(plan)
    yield ""
    yield from _options(plan)


def _guide(plan: Plan) -> Iterator[str]:
    asked, guide = plan.question, plan.guide
    yield f"The guide's rule: {asked.peak_users} users at the peak, margin {asked.safety:g}"
    yield f"  required     {guide.required} tasks at once"
    yield f"  workers      {guide.workers}"
    yield f"  concurrency  {guide.concurrency}"
    yield f"  total        {guide.total}{_shortfall(guide.short)}"
    yield "  It never uses a task's length, so it cannot tell how long anybody waits."


def _shortfall(short: int) -> str:
    return f", which is {short} short: workers are rounded down" if short else ""


def _theory(plan: Plan) -> Iterator[str]:
    asked, fleet = plan.question, plan.fleet
    load, pod = asked.load, asked.pod
    yield (
        f"By queueing (Erlang C): {load.rate * 3600:.4g} tasks an hour of {load.seconds:.4g} s"
        f" keep {load.offered:.3g} slots busy"
    )
    yield (
        f"  slots        {plan.needed}, so that {asked.share:.4g} of the tasks start within"
        f" {asked.objective:g} s"
    )
    yield f"  pods         {fleet.pods} of {pod.slots} tasks at once"
    yield f"  processors   {fleet.cores:.4g}, {pod.cores:.4g} a pod"
    yield f"  memory       {fleet.gib:.4g} GiB, {pod.gib:.4g} a pod"
    if asked.prices is not None:
        always = fleet.month(asked.prices)
        scaled = fleet.month(asked.prices, asked.busy_share)
        yield (
            f"  a month      {always:,.2f} if all run always,"
            f" {scaled:,.2f} if they run {asked.busy_share:.0%} of the time"
        )


def _options(plan: Plan) -> Iterator[str]:
    asked = plan.question
    yield (
        f"{'slots':>7}  {f'{asked.share:.4g} start within':>20}"
        f"  {f'started within {asked.objective:g} s':>22}"
        f"  {f'last of {asked.peak_users} at once':>20}"
    )
    for each in plan.options:
        mark = "  <" if each.slots == plan.needed else ""
        yield (
            f"{each.slots:>7}  {_wait(each):>20}  {each.within:>22.1%}"
            f"  {f'{each.last_of_a_burst:.0f} s':>20}{mark}"
        )


def _wait(option: Option) -> str:
    return f"{option.wait:.1f} s" if isfinite(option.wait) else "never: too few"
