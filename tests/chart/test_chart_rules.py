"""The chart's alerts and recording rules, tried out by Prometheus' own promtool."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.chart import CHART, ROOT
from support.programs import promtool

RULES = sorted((CHART / "rules").glob("*.yaml"))
CASES = sorted((Path(__file__).parent / "rules").glob("*.yaml"))
TOLD = {path.name: yaml.safe_load(path.read_text()) for path in RULES}
ALERTS: list[dict[str, Any]] = [
    rule
    for told in TOLD.values()
    for group in told["groups"]
    for rule in group["rules"]
    if "alert" in rule
]
NAMES = sorted({alert["alert"] for alert in ALERTS})


def test_promtool_finds_nothing_to_complain_about() -> None:
    said = promtool("check", "rules", "--lint=all", "--lint-fatal", *map(str, RULES))

    assert said.count("SUCCESS") == len(RULES)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_alerts_fire_when_they_should_and_only_then(case: Path, tmp_path: Path) -> None:
    for path in RULES:
        shutil.copy(path, tmp_path)
    shutil.copy(case, tmp_path / "case.yaml")

    promtool("test", "rules", "case.yaml", where=tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_every_alert_is_seen_firing(name: str) -> None:
    tests = [test for case in CASES for test in yaml.safe_load(case.read_text())["tests"]]
    expected = [
        each["exp_alerts"]
        for test in tests
        for each in test["alert_rule_test"]
        if each["alertname"] == name
    ]

    assert any(expected), "no case expects it"


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_every_alert_says_how_bad_it_is_and_what_to_do(alert: dict[str, Any]) -> None:
    runbook = ROOT / alert["annotations"]["runbook_url"]

    assert alert["labels"]["severity"] in {"critical", "warning"}
    assert alert["annotations"]["summary"]
    assert alert["annotations"]["description"]
    assert alert["alert"] in runbook.read_text()


def test_every_runbook_belongs_to_an_alert() -> None:
    pages = {path.name for path in (ROOT / "docs/runbooks").glob("*.md")}

    assert pages == {Path(alert["annotations"]["runbook_url"]).name for alert in ALERTS}


def test_recording_rules_are_named_by_the_convention_level_metric_operation() -> None:
    named = re.findall(r"record: (\S+)", (CHART / "rules/recording.yaml").read_text())

    assert named
    assert all(re.fullmatch(r"[a-z_]+:stenofleet_[a-z_]+:[a-z0-9_]+", name) for name in named)
