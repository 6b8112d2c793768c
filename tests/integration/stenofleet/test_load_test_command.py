"""``stenofleet load-test``, against a real API, database, queue and worker."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from stenofleet.cli import main
from support.servers import RedisServer
from support.session_rows import states


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, ["load-test", "--seconds", "2", *words], catch_exceptions=False)


def report(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(result.stdout)
    return told


@pytest.mark.usefixtures("paced_worker")
def test_sessions_are_sent_through_the_api_or_the_queue_and_counted(
    database_url: str, tmp_path: Path
) -> None:
    picture = tmp_path / "load.svg"
    words = ("--sessions", "5", "--concurrency", "3", "--json")
    api = typed(*words, "--chart", str(picture))
    stored = [each for each in (tmp_path / "recordings").rglob("*") if each.is_file()]

    assert api.exit_code == 0, api.output
    assert (states(database_url), stored) == ([], [])
    assert picture.read_text().startswith("<?xml")
    assert "ended: 5 of 5" in api.stderr

    queue = typed(*words, "--against", "queue", "--keep")

    assert queue.exit_code == 0, queue.output
    assert states(database_url) == ["completed"] * 5
    for told in map(report, (api, queue)):
        assert (told["ok"], told["total"], told["success"], told["failed"]) == (True, 5, 5, 0)
        assert told["tasks_a_minute"] == pytest.approx(5 * 60 / told["seconds"])
        assert 0 <= told["wait"]["p50"] <= told["wait"]["max"] <= told["seconds"]
        assert 0 < told["run"]["p50"] <= told["run"]["max"]


@pytest.mark.usefixtures("api_url")
def test_what_the_api_refuses_is_counted_with_its_own_words(
    database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "notes.wav"
    file.write_text("no sound")

    result = typed("--sessions", "3", "--recording", str(file))

    assert result.exit_code == 1
    assert (
        "success       0\nfailed        3\n      3  not sent: POST /api/v1/sessions/<id>/upload"
        in (result.stdout)
    )
    assert "wait          unknown" in result.stdout
    assert states(database_url) == []


def test_tasks_that_nobody_takes_have_failed_and_are_removed(
    redis_server: RedisServer, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("STENOFLEET_STORAGE_URL", f"file://{tmp_path}/recordings")

    result = typed("--against", "queue", "--sessions", "2", "--timeout", "3", "--json")

    assert result.exit_code == 1
    assert report(result)["reasons"] == {"not over after 3 s": 2}
    assert report(result)["tasks_a_minute"] is None
    assert states(database_url) == []


def test_an_api_that_is_away_is_told_with_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STENOFLEET_API_URL", "http://127.0.0.1:1")

    result = typed("--sessions", "2")

    assert result.exit_code == 1
    assert "http://127.0.0.1:1" in result.output
    assert "does not answer" in result.output


@pytest.mark.parametrize(
    "words",
    [("--chart", "a.gif"), ("--sessions", "0"), ("--against", "both"), ("--recording", "x")],
)
def test_wrong_use_is_told(words: tuple[str, ...]) -> None:
    assert typed(*words).exit_code == 2
