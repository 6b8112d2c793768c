"""A pool's status: observations and the last decision, changed only when they change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Raw = Mapping[str, Any]


@dataclass(frozen=True)
class Condition:
    """One observation; `status` is True, False or Unknown, as Kubernetes writes them."""

    type: str
    status: str
    reason: str
    message: str


@dataclass(frozen=True)
class Report:
    """What a pool's status should say."""

    generation: int
    conditions: tuple[Condition, ...]
    replicas: int | None = None
    selector: str | None = None
    wanted: int | None = None
    ready: int | None = None
    concurrency: tuple[int, int] | None = None
    reason: str | None = None
    message: str | None = None
    hold_until: str | None = None


def status_patch(before: Raw, report: Report, now: datetime | None = None) -> dict[str, Any]:
    """What to merge into the status; empty when it says all that already."""
    at = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    wanted = _fields(before, report)
    wanted["conditions"] = _conditions(before.get("conditions") or [], report, at)
    wanted |= _decision(before, wanted, report, at)
    return {key: value for key, value in wanted.items() if before.get(key) != value}


def _fields(before: Raw, report: Report) -> dict[str, Any]:
    low, high = report.concurrency or (None, None)
    every = {
        "observedGeneration": report.generation,
        "replicas": report.replicas,
        "selector": report.selector,
        "slots": (before.get("slots") or {})
        | _known({"wanted": report.wanted, "ready": report.ready}),
        "concurrency": _known({"min": low, "max": high}) or None,
        "holdUntil": report.hold_until,
    }
    always = {"holdUntil", "concurrency"}  # None takes these away
    return {key: value for key, value in every.items() if key in always or value is not None}


def _known(fields: Mapping[str, int | None]) -> dict[str, int]:
    return {key: value for key, value in fields.items() if value is not None}


def _decision(before: Raw, wanted: Raw, report: Report, at: str) -> dict[str, Any]:
    """The message is full of figures that move: it is renewed with what it explains."""
    if report.reason is None:
        return {}
    told = before.get("decision") or {}
    same_size = all(
        before.get(key) == wanted.get(key) for key in ("replicas", "slots", "concurrency")
    )
    if told.get("reason") == report.reason and same_size:
        return {}
    return {"decision": {"reason": report.reason, "message": report.message, "at": at}}


def _conditions(before: Iterable[Raw], report: Report, at: str) -> list[dict[str, Any]]:
    told = {each["type"]: each for each in before}
    return [
        _condition(told.get(each.type), each, report.generation, at) for each in _sorted(report)
    ]


def _sorted(report: Report) -> list[Condition]:
    return sorted(report.conditions, key=lambda each: each.type)


def _condition(before: Raw | None, now: Condition, generation: int, at: str) -> dict[str, Any]:
    since = before["lastTransitionTime"] if before and before["status"] == now.status else at
    return {
        "type": now.type,
        "status": now.status,
        "reason": now.reason,
        "message": now.message,
        "observedGeneration": generation,
        "lastTransitionTime": since,
    }
