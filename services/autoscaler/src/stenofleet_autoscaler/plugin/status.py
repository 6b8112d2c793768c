"""The pools as the API server has them, with the leader's fast figures beside them."""

from collections.abc import Mapping, Sequence
from typing import Any

from stenofleet_autoscaler.plugin.tables import table

Raw = Mapping[str, Any]
Line = dict[str, Any]

FAST = ("queued", "inFlight", "oldestWaitSeconds")
COLUMNS = (
    ("NAME", "name"),
    ("TARGET", "target"),
    ("MODE", "mode"),
    ("QUEUED", "queued"),
    ("IN FLIGHT", "inFlight"),
    ("WAIT", "oldestWaitSeconds"),
    ("SLOTS", "slotsReady"),
    ("PODS", "replicas"),
    ("CONCURRENCY", "concurrency"),
    ("REASON", "reason"),
    ("HELD UNTIL", "holdUntil"),
    ("TROUBLE", "trouble"),
)

TROUBLE = {
    "Ready": "False",
    "BrokerReachable": "False",
    "WithinObjective": "False",
    "CapacityLimited": "True",
    "StalledConsumer": "True",
    "VisibilityTimeoutRisk": "True",
    "PrefetchHoarding": "True",
    "Conflict": "True",
}
"""Conditions and the status that a person should know of."""


def lines(pools: Sequence[Raw], fast: Sequence[Raw]) -> list[Line]:
    """One line a pool; figures that only the leader has are None without it."""
    told = {(each["namespace"], each["name"]): each for each in fast}
    return [_line(pool, told.get(_key(pool), {})) for pool in sorted(pools, key=_key)]


def status_text(shown: Sequence[Line], *, namespaces: bool) -> str:
    """The lines as a table; with the namespace in front when there are several."""
    columns = (("NAMESPACE", "namespace"), *COLUMNS) if namespaces else COLUMNS
    rows = [[_cell(line, key) for _, key in columns] for line in shown]
    return table([title for title, _ in columns], rows)


def _cell(line: Line, key: str) -> object:
    match key:
        case "slotsReady":
            return of_wanted(line[key], line["slotsWanted"])
        case "replicas":
            return of_wanted(line[key], line["replicasWanted"])
        case "oldestWaitSeconds":
            return None if line[key] is None else f"{line[key]:.0f}s"
        case "trouble":
            return ",".join(line[key]) or None
    return line[key]


def _line(pool: Raw, fast: Raw) -> Line:
    spec, status = pool["spec"], pool.get("status") or {}
    slots = status.get("slots") or {}
    return {
        "namespace": pool["metadata"]["namespace"],
        "name": pool["metadata"]["name"],
        "target": f"{spec['targetRef']['kind']}/{spec['targetRef']['name']}",
        "mode": spec.get("mode", "Active"),
        **{key: fast.get(key) for key in FAST},
        "slotsReady": slots.get("ready"),
        "slotsWanted": slots.get("wanted"),
        "replicas": status.get("replicas"),
        "replicasWanted": spec.get("replicas"),
        "concurrency": (status.get("concurrency") or {}).get("max"),
        "reason": (status.get("decision") or {}).get("reason"),
        "holdUntil": status.get("holdUntil"),
        "trouble": _trouble(status),
    }


def of_wanted(there: object, wanted: object) -> str | None:
    """As kubectl writes what is there of what is wanted."""
    if there is None and wanted is None:
        return None
    return f"{'-' if there is None else there}/{'-' if wanted is None else wanted}"


def _trouble(status: Raw) -> list[str]:
    conditions = status.get("conditions") or []
    bad = [each for each in conditions if TROUBLE.get(each["type"]) == each["status"]]
    return [str(each["reason"]) for each in bad]


def _key(pool: Raw) -> tuple[str, str]:
    return pool["metadata"]["namespace"], pool["metadata"]["name"]
