"""The plan as a values file for the chart."""

from typing import Any

import yaml

from stenofleet.plan.answer import Plan


def values(plan: Plan, pool: str) -> str:
    """YAML for ``helm install --values``: bounds, concurrency, resources, objective of a pool."""
    asked, pod = plan.question, plan.question.pod
    worker: dict[str, Any] = {
        "maxReplicas": plan.fleet.pods,
        "concurrency": {"min": 1, "max": pod.slots},
        "resources": {
            "requests": {"cpu": _cores(pod.cores), "memory": _memory(pod.gib)},
            "limits": {"memory": _memory(pod.gib * 1.5)},
        },
        "poolSpec": {"objective": {"queueWait": f"{asked.objective:g}s"}},
    }
    told = (
        f"# {plan.needed} tasks at once: {asked.load.rate * 3600:.4g} tasks an hour of"
        f" {asked.load.seconds:.4g} s,\n# {asked.share:.0%} of them started within"
        f" {asked.objective:g} s. Memory limits leave half as much again.\n"
    )
    return told + yaml.safe_dump({"workers": {pool: worker}}, sort_keys=False)


def _cores(cores: float) -> str:
    return f"{round(cores * 1000)}m"


def _memory(gib: float) -> str:
    return f"{round(gib * 1024)}Mi"
