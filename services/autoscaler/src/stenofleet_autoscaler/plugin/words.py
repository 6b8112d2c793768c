"""An explanation in words and figures."""

from collections.abc import Mapping, Sequence
from typing import Any

from stenofleet_autoscaler.plugin.tables import table, text

Told = Mapping[str, Any]
BINDS = "<- binds"


def explanation_text(told: Told) -> str:
    """The last decision: in a sentence, from what, by which rules, and what is wrong."""
    parts = [
        _opening(told),
        table(("INPUT", "VALUE"), [(name, value) for name, value in told["inputs"].items()]),
        _rules(told["rules"]),
        _pods(told["pods"]),
        _conditions(told["conditions"]),
        _learned(told["learned"]),
    ]
    return "\n\n".join(part for part in parts if part)


def _opening(told: Told) -> str:
    summary = told["summary"]
    mode = "" if summary["mode"] == "Active" else f" [{summary['mode']}: nothing is written]"
    bound = f", bound by {summary['bound']}" if summary["bound"] else ""
    first = f"{summary['name']}: {told['message']}.{mode}"
    return f"{first}\n{summary['reason']}{bound}; decided at {told['at']}."


def _rules(rules: Sequence[Told]) -> str:
    rows = [
        (each["rule"], each["before"], "->", each["after"], BINDS if each["bound"] else "")
        for each in rules
    ]
    return table(("RULE", "BEFORE", "", "AFTER", ""), rows) if rows else ""


def _pods(pods: Mapping[str, Sequence[str]]) -> str:
    words = {
        "drain": "to be drained",
        "undrain": "to take tasks again",
        "release": "to go, drained",
    }
    lines = [f"{words[key]}: {', '.join(names)}" for key, names in pods.items() if names]
    return "\n".join(lines)


def _conditions(conditions: Sequence[Told]) -> str:
    rows = [(each["type"], each["status"], each["reason"], each["message"]) for each in conditions]
    return table(("CONDITION", "STATUS", "REASON", "MESSAGE"), rows) if rows else ""


def _learned(learned: Told) -> str:
    tasks = learned.get("tasks") or {}
    rows = [(name, each["expectedSeconds"], each["p95Seconds"]) for name, each in tasks.items()]
    known = table(("LEARNED TASK", "MEAN SECONDS", "P95"), rows) if rows else ""
    boot = learned.get("bootSeconds")
    return "\n".join(part for part in (known, f"a pod boots in {text(boot)} s") if part)
