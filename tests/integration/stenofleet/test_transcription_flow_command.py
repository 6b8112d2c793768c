"""``stenofleet test-transcription-flow``, through a real API and a real worker."""

import json

import pytest
from click.testing import CliRunner, Result
from stenofleet.cli import main
from support.session_rows import states


def typed(*words: str) -> Result:
    command = ["test-transcription-flow", "--seconds", "2", *words]
    return CliRunner().invoke(main, command, catch_exceptions=False)


@pytest.mark.usefixtures("paced_worker")
def test_a_recording_goes_its_way_and_its_first_words_are_shown(database_url: str) -> None:
    result = typed()

    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert [line[0] for line in lines] == ["✓"] * 7
    assert "0 are pending, 0 are being processed" in result.stdout
    assert "✓ The transcript can be read: " in result.stdout
    assert "part 0" in result.stdout
    assert states(database_url) == []

    kept = typed("--keep", "--json")

    assert json.loads(kept.stdout)["ok"]
    assert states(database_url) == ["completed"]


@pytest.mark.usefixtures("api_url")
def test_without_a_worker_it_stops_and_says_what_to_look_at(database_url: str) -> None:
    result = typed("--timeout", "2", "--json")

    told = json.loads(result.stdout)
    assert (result.exit_code, told["ok"]) == (1, False)
    assert [each["state"] for each in told["steps"]] == ["ok"] * 4 + ["failed"] + ["not tried"] * 2
    assert told["steps"][4]["cause"].startswith("pending for 2 s")
    assert "stenofleet check-celery-status" in told["steps"][4]["next"]
    assert states(database_url) == ["pending"]


def test_an_api_that_is_away_is_told_and_the_key_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STENOFLEET_API_KEY", "sf_open-sesame")

    result = typed("--api", "http://127.0.0.1:1")

    assert result.exit_code == 1
    assert "✗ The API is ready: http://127.0.0.1:1 does not answer" in result.stdout
    assert "next: see whether the API runs there" in result.stdout
    assert "open-sesame" not in result.output


@pytest.mark.parametrize("words", [("--recording", "nowhere.wav"), ("--seconds", "0")])
def test_wrong_use_is_told(words: tuple[str, ...]) -> None:
    assert typed(*words).exit_code == 2
