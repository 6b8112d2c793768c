"""Dashboards as Grafana imports them: complete panels, and only metrics that somebody exports."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from stenofleet_deploy.dashboards.__main__ import files, main

ROOT = Path(__file__).parents[4]
CHART = ROOT / "helm" / "stenofleet"
BOARDS: dict[str, Any] = {path.stem: json.loads(text) for path, text in files(ROOT).items()}
PANELS = [(name, panel) for name, board in BOARDS.items() for panel in board["panels"]]


def rules() -> list[dict[str, Any]]:
    told = [yaml.safe_load(path.read_text()) for path in (CHART / "rules").glob("*.yaml")]
    return [rule for each in told for group in each["groups"] for rule in group["rules"]]


def queries() -> list[str]:
    return [target["expr"] for _, panel in PANELS for target in panel["targets"]]


def test_a_file_that_differs_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="run `make dashboards`"):
        main(["--check", "--root", str(tmp_path)])


@pytest.mark.parametrize(("name", "panel"), PANELS, ids=lambda value: str(value)[:20])
def test_every_panel_says_its_unit_and_how_to_read_it(name: str, panel: dict[str, Any]) -> None:
    defaults = panel["fieldConfig"]["defaults"]

    assert panel["description"], (name, panel["title"])
    assert defaults["unit"]
    assert defaults["thresholds"]["steps"]
    assert all(target["expr"] and target["legendFormat"] for target in panel["targets"])


@pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS.keys())
def test_every_dashboard_can_be_filtered_and_leads_to_the_others(board: dict[str, Any]) -> None:
    variables = {each["name"] for each in board["templating"]["list"]}
    used = {name for name in ("namespace", "pool") if f"${name}" in json.dumps(board["panels"])}

    assert {"source", "namespace"} <= variables
    assert used <= variables
    assert [link["tags"] for link in board["links"]] == [["stenofleet"]]


def test_decisions_are_drawn_into_fleet_and_pool() -> None:
    drawn = {
        name
        for name, board in BOARDS.items()
        if any(
            "decision_info" in each.get("expr", "") for each in board["annotations"].get("list", [])
        )
    }

    assert drawn == {"fleet", "pool"}


def test_recorded_series_that_dashboards_show_are_recorded() -> None:
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    asked = set(re.findall(r"[a-z_]+:stenofleet_[a-z_]+:[a-z0-9_]+", " ".join(queries())))

    assert asked
    assert asked <= recorded
