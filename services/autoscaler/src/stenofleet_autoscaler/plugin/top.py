"""The fleet at a glance: work against its objective, room for it, who drains, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from stenofleet_autoscaler.durations import seconds
from stenofleet_autoscaler.plugin.cluster import Cluster, pods_path
from stenofleet_autoscaler.plugin.errors import NotAllowed
from stenofleet_autoscaler.plugin.status import Line, of_wanted
from stenofleet_autoscaler.plugin.status import lines as status_lines
from stenofleet_autoscaler.plugin.tables import table, text
from stenofleet_autoscaler.sense.pods import DRAINING_SINCE

Raw = Mapping[str, Any]
Key = tuple[str, str]

HEAD = (
    *("NAMESPACE", "POOL", "QUEUED", "IN FLIGHT", "WAIT", "OBJECTIVE"),
    *("SLOTS", "PODS", "CONCURRENCY", "DRAINS", "WHY"),
)


def lines(
    pools: Sequence[Raw], fast: Sequence[Raw], drains: Mapping[Key, Sequence[str] | None]
) -> list[Line]:
    """One line a pool, as `status` has it, with its objective, its drains and its reason's words.

    ``objectiveSeconds`` is None when the pool promises no wait; ``drains`` is None when the person
    may not list pods.
    """
    raw = {_key(each): each for each in pools}
    shown = status_lines(pools, fast)
    return [_line(each, raw[each["namespace"], each["name"]], drains) for each in shown]


def top_text(shown: Sequence[Line]) -> str:
    """The lines as a table."""
    return table(HEAD, [_row(each) for each in shown])


def drains_of(cluster: Cluster, pools: Sequence[Raw]) -> dict[Key, list[str] | None]:
    """The names of the pods that drain, by pool; None for pods that the person may not list."""
    return {_key(pool): _draining(cluster, pool) for pool in pools}


def _draining(cluster: Cluster, pool: Raw) -> list[str] | None:
    selector = (pool.get("status") or {}).get("selector")
    if not selector:
        return None
    try:
        path = pods_path(pool["metadata"]["namespace"])
        pods = cluster.get(path, labelSelector=selector)["items"]
    except NotAllowed:
        return None
    metas = (each["metadata"] for each in pods)
    return sorted(each["name"] for each in metas if DRAINING_SINCE in each.get("annotations", {}))


def _line(line: Line, pool: Raw, drains: Mapping[Key, Sequence[str] | None]) -> Line:
    promised = (pool["spec"].get("objective") or {}).get("queueWait")
    decision = (pool.get("status") or {}).get("decision") or {}
    return line | {
        "objectiveSeconds": None if promised is None else seconds(promised),
        "drains": drains.get(_key(pool)),
        "message": decision.get("message"),
    }


def _row(line: Line) -> list[object]:
    return [
        line["namespace"],
        line["name"],
        line["queued"],
        line["inFlight"],
        _length(line["oldestWaitSeconds"]),
        _length(line["objectiveSeconds"]),
        of_wanted(line["slotsReady"], line["slotsWanted"]),
        of_wanted(line["replicas"], line["replicasWanted"]),
        line["concurrency"],
        None if line["drains"] is None else ",".join(line["drains"]) or "none",
        _why(line),
    ]


def _why(line: Line) -> str | None:
    """What is wrong comes first: it explains more than the last decision does."""
    parts = (*line["trouble"], line["reason"], line["message"])
    return ": ".join(str(each) for each in parts if each) or None


def _length(value: float | None) -> str | None:
    return None if value is None else f"{text(float(value))}s"


def _key(pool: Raw) -> Key:
    return pool["metadata"]["namespace"], pool["metadata"]["name"]
