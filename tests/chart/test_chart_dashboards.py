"""The dashboards that the chart ships, and whether Prometheus understands their queries."""

import json
import re
from pathlib import Path
from typing import Any

import yaml
from support.chart import CHART, Object, of_kind, render
from support.programs import promtool

BOARDS = sorted((CHART / "dashboards").glob("*.json"))
VARIABLES = {"$__rate_interval": "1m", "$namespace": ".*", "$pool": ".*"}


def queries() -> list[str]:
    boards: list[dict[str, Any]] = [json.loads(path.read_text()) for path in BOARDS]
    shown = [target["expr"] for each in boards for p in each["panels"] for target in p["targets"]]
    marks = [mark["expr"] for each in boards for mark in each["annotations"].get("list", [])]
    return [filled(query) for query in (*shown, *marks)]


def filled(query: str) -> str:
    for name, value in VARIABLES.items():
        query = query.replace(name, value)
    return query


def shipped(**dashboards: Any) -> dict[str, Object]:
    found = of_kind(render({"metrics": {"dashboards": dashboards}}), "ConfigMap")
    return {name: each for name, each in found.items() if name.startswith("dashboard-")}


def test_no_dashboard_is_shipped_unless_asked_for() -> None:
    assert shipped() == {}


def test_the_sidecar_finds_every_dashboard_by_its_label() -> None:
    found = shipped(enabled=True, annotations={"grafana_folder": "Speech"})

    assert {name.removeprefix("dashboard-") for name in found} == {path.stem for path in BOARDS}
    for path in BOARDS:
        each = found[f"dashboard-{path.stem}"]
        assert each["metadata"]["labels"]["grafana_dashboard"] == "1"
        assert each["metadata"]["annotations"] == {"grafana_folder": "Speech"}
        [told] = each["data"].values()
        assert json.loads(told) == json.loads(path.read_text())


def test_prometheus_understands_every_query(tmp_path: Path) -> None:
    rules = [{"record": f"test:query:{number}", "expr": q} for number, q in enumerate(queries())]
    written = tmp_path / "queries.yaml"
    written.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))

    said = promtool("check", "rules", "--lint=none", str(written))

    assert re.search(rf"SUCCESS: {len(rules)} rules found", said)
    assert "$" not in written.read_text()
