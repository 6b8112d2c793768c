"""What is counted on the cluster: runs of tasks, seconds of pods, and their spread over rounds."""

import json

import pytest
from bench.rounds import Measure
from support.ledger import cut, read, repeated, waits
from support.watches import changes, pod_seconds


def entry(run: str, event: str, at: float, task: str = "t") -> bytes:
    told = {"task": task, "run": run, "event": event, "at": at, "pod": "p"}
    return json.dumps(told).encode()


def test_a_run_that_never_ended_is_cut_and_its_task_is_repeated() -> None:
    runs = read([entry("1", "started", 1.0), entry("2", "started", 5.0), entry("2", "ended", 9.0)])

    assert [run.started for run in cut(runs)] == [1.0]
    assert repeated(runs) == {"t": 2}


def test_a_wait_ends_with_the_first_of_a_tasks_runs() -> None:
    runs = read([entry("1", "started", 3.0), entry("2", "started", 9.0)])

    assert waits(runs, {"t": 1.0, "never began": 1.0}) == [2.0]


def test_pods_count_only_within_the_time_that_is_asked_for() -> None:
    seen = [(1.0, "ADDED a"), (2.0, "MODIFIED a"), (3.0, "ADDED b"), (9.0, "DELETED b")]

    assert pod_seconds(seen, 2.0, 5.0) == pytest.approx(3.0 + 2.0)


def test_a_value_that_was_seen_twice_in_a_row_is_no_change() -> None:
    assert changes([(1.0, "0"), (2.0, "0"), (3.0, "4"), (4.0, "0")]) == ["0", "4", "0"]


def test_a_measure_of_one_round_has_that_value_everywhere() -> None:
    assert Measure("cut", "", [2.0]).row() == ["cut", "1", "2.00", "2.00", "2.00", "2.00"]
