"""Policies by the names under which the command line knows them."""

from collections.abc import Callable
from dataclasses import replace

from stenofleet_autoscaler.simulate import keda
from stenofleet_autoscaler.simulate.fixed import Fixed
from stenofleet_autoscaler.simulate.hpa import SYNC, Hpa, HpaRules
from stenofleet_autoscaler.simulate.operator import Operator
from stenofleet_autoscaler.simulate.oracle import fewest_pod_seconds
from stenofleet_autoscaler.simulate.outcome import Outcome, outcome
from stenofleet_autoscaler.simulate.setting import Setting
from stenofleet_autoscaler.simulate.trace import Trace
from stenofleet_autoscaler.simulate.world import Scaler, World

MIDDLE = 0.5
"""Clocks that run by themselves are met in the middle of their period."""


class PolicyError(Exception):
    """A policy's name that nobody knows."""


def _keda(rules: Callable[[int, int], keda.KedaRules]) -> Callable[[Setting], Scaler]:
    def make(setting: Setting) -> Scaler:
        asked = rules(setting.slots, setting.most_pods)
        return keda.Keda(asked, asked.poll * MIDDLE, SYNC * MIDDLE)

    return make


def _hpa(setting: Setting) -> Scaler:
    rules = HpaRules(per_pod=setting.slots, most=setting.most_pods)
    return Hpa(rules, keda.list_length, SYNC * MIDDLE)


def _hpa_tuned(setting: Setting) -> Scaler:
    rules = HpaRules(per_pod=setting.slots, most=setting.most_pods)
    steep = replace(rules, up_pods=keda.STEEP, down_window=30.0)
    return Hpa(steep, keda.queued_and_unacked, SYNC * MIDDLE)


SCALERS: dict[str, Callable[[Setting], Scaler]] = {
    "stenofleet": lambda _: Operator(),
    "keda": _keda(keda.default_rules),
    "keda-tuned": _keda(keda.tuned_rules),
    "keda-steep": _keda(keda.steep_rules),
    "keda-formula": _keda(keda.formula_rules),
    "hpa": _hpa,
    "hpa-tuned": _hpa_tuned,
}

NAMES = (*SCALERS, "fixed:N", "oracle")


def check(name: str) -> str:
    """The name itself.

    Raises:
        PolicyError: nobody knows it.
    """
    kind, _, number = name.partition(":")
    if name in SCALERS or name == "oracle" or (kind == "fixed" and number.isdecimal()):
        return name
    raise PolicyError(f"policy: expected one of {', '.join(NAMES)}, got {name!r}")


def simulate(name: str, trace: Trace, setting: Setting) -> Outcome:
    """What the policy makes of the trace.

    Raises:
        PolicyError: nobody knows it.
    """
    if check(name) == "oracle":
        return oracle(trace, setting, setting.objective)
    meter = World(trace, setting, _scaler(name, setting)).run()
    return outcome(name, meter, len(trace.tasks), setting.objective)


def oracle(trace: Trace, setting: Setting, limit: float) -> Outcome:
    """The lower bound when no task may wait longer than `limit` seconds."""
    bound = fewest_pod_seconds(trace.tasks, setting.slots, limit, setting.boot, setting.pods)
    return Outcome(policy="oracle", pod_seconds=round(bound, 1))


def _scaler(name: str, setting: Setting) -> Scaler:
    kind, _, number = name.partition(":")
    if kind == "fixed":
        return Fixed(int(number))
    return SCALERS[name](setting)
