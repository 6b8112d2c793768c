import json
from collections.abc import Sequence
from typing import Any

import pytest
from stenofleet_autoscaler.plugin import live
from stenofleet_autoscaler.plugin.top import lines, top_text

KEY = ("shop", "mail")
FAST = {"namespace": "shop", "name": "mail", "queued": 7, "inFlight": 2, "oldestWaitSeconds": 41.0}


def pool(objective: dict[str, Any] | None = None, **status: Any) -> dict[str, Any]:
    spec = {"targetRef": {"kind": "Deployment", "name": "w"}, "replicas": 4}
    meta = {"namespace": "shop", "name": "mail"}
    return {"metadata": meta, "spec": spec | {"objective": objective or {}}, "status": status}


def cells(shown: Sequence[dict[str, Any]]) -> list[str]:
    return top_text(shown).splitlines()[1].split()


def test_the_wait_stands_beside_its_objective() -> None:
    shown = lines([pool({"queueWait": "1m30s"})], [FAST], {KEY: []})
    assert cells(shown)[2:6] == ["7", "2", "41s", "90s"]


def test_pods_that_drain_are_named() -> None:
    shown = lines([pool()], [FAST], {KEY: ["w-1", "w-2"]})
    assert "w-1,w-2" in cells(shown)


def test_nobody_drains_is_not_the_same_as_unknown() -> None:
    known = cells(lines([pool()], [], {KEY: []}))
    unknown = cells(lines([pool()], [], {KEY: None}))
    assert (known[9], unknown[9]) == ("none", "-")


def test_trouble_is_told_before_the_last_decision() -> None:
    trouble = [{"type": "BrokerReachable", "status": "False", "reason": "BrokerTimeout"}]
    decided = {"reason": "Demand", "message": "14 slots"}
    shown = lines([pool(conditions=trouble, decision=decided)], [FAST], {KEY: []})
    assert top_text(shown).endswith("BrokerTimeout: Demand: 14 slots")


def test_a_pool_without_any_figure_is_unknown_and_no_zero() -> None:
    assert cells(lines([pool()], [], {}))[2:7] == ["-", "-", "-", "-", "-"]


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Lets three pictures pass, then types Ctrl-C; the pauses that were made."""
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("stenofleet_autoscaler.plugin.live.time.sleep", sleep)
    return pauses


def test_pictures_follow_each_other_once_a_second_until_ctrl_c(
    pictures: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = iter(range(9))
    live.show(lambda: [next(numbers)], str, once=False, as_json=False)
    assert capsys.readouterr().out == "[0]\n[1]\n[2]\n"
    assert pictures == [1.0, 1.0, 1.0]


def test_json_is_one_line_a_picture(
    pictures: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    live.show(lambda: [{"name": "mail"}], str, once=False, as_json=True)
    told = capsys.readouterr().out.splitlines()
    assert [json.loads(each) for each in told] == [[{"name": "mail"}]] * len(pictures)


def test_once_shows_a_single_picture(
    pictures: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    live.show(lambda: ["x"], str, once=True, as_json=False)
    assert capsys.readouterr().out == "['x']\n"
    assert pictures == []
