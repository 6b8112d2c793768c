"""No query asks for what nobody exports, and nothing is exported that nobody looks at."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[4]
CHART = ROOT / "helm" / "stenofleet"
NAME = re.compile(r"(?<![a-z:])stenofleet_[a-z_]+(?![a-z:])")


def exported() -> set[str]:
    """From the page that is generated from the exporters' own code."""
    return set(NAME.findall((ROOT / "docs/metrics.md").read_text()))


def asked() -> set[str]:
    boards = [json.loads(path.read_text()) for path in (CHART / "dashboards").glob("*.json")]
    shown = [target["expr"] for each in boards for p in each["panels"] for target in p["targets"]]
    marks = [mark["expr"] for each in boards for mark in each["annotations"].get("list", [])]
    rules = [path.read_text() for path in (CHART / "rules").glob("*.yaml")]
    names = NAME.findall(" ".join((*shown, *marks, *rules)))
    return {re.sub(r"_(bucket|count|sum)$", "", name) for name in names}


def test_every_metric_that_a_query_names_is_exported() -> None:
    assert asked() - exported() == set()


def test_every_metric_stands_in_a_dashboard_or_an_alert() -> None:
    assert exported() - asked() == set()
