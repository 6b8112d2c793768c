"""``stenofleet check-google`` over Google's own client and a Google that is a fake."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from click.testing import CliRunner, Result
from stenofleet.cli import main
from stenofleet.storage import Recordings
from stenofleet_worker.google import check
from stenofleet_worker.google.client import GoogleSpeech
from support.fake_speech import FakeSpeech, client

FEATURES: dict[str, dict[str, list[str]]] = {
    "en-US": {"chirp_3": ["speaker_diarization"], "long": []},
    "de-DE": {"chirp_3": []},
}


@pytest.fixture
def google() -> Iterator[FakeSpeech]:
    server = FakeSpeech(features=FEATURES)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bucket(google: FakeSpeech, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bucket that is a folder, and settings under which the fake is asked."""
    monkeypatch.setenv("GOOGLE_PROJECT_ID", "p")
    monkeypatch.setenv("STENOFLEET_GOOGLE_STAGING_URL", "gs://bucket/staging")
    speech = client(google.address)
    monkeypatch.setattr(check, "client", lambda settings: GoogleSpeech(speech, settings))
    recordings = Recordings(f"file://{tmp_path}/bucket")
    monkeypatch.setattr(check, "store", lambda *_: recordings)
    return tmp_path / "bucket"


def typed() -> Result:
    return CliRunner().invoke(main, ["check-google"])


def test_it_tells_what_the_location_can_do_and_leaves_nothing_in_the_bucket(bucket: Path) -> None:
    result = typed()

    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "✓ project p, location us: 2 languages, models chirp_3, long",
        "✓ gs://bucket/staging: an object was written and removed",
    ]
    assert [path for path in bucket.rglob("*") if path.is_file()] == []


@pytest.mark.usefixtures("bucket")
def test_what_google_refuses_is_told_with_what_to_try(google: FakeSpeech) -> None:
    google.features = None

    result = typed()

    assert result.exit_code == 1
    assert "✗ Google refuses: PERMISSION_DENIED: not for this account" in result.output
    assert "next: give the account speech.recognizers.recognize" in result.output


def test_a_bucket_that_cannot_be_written_to_is_told(bucket: Path) -> None:
    bucket.rmdir()
    bucket.write_text("a file where a folder should be")

    result = typed()

    assert result.exit_code == 1
    assert "✓ project p" in result.output
    assert "next: let the account create and delete objects of the bucket" in result.output


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "GOOGLE_PROJECT_ID is not set, and Google needs a project"),
        (
            {"GOOGLE_PROJECT_ID": "p"},
            "STENOFLEET_GOOGLE_STAGING_URL",
        ),
        (
            {"GOOGLE_APPLICATION_CREDENTIALS_JSON": "c2VjcmV0"},
            "GOOGLE_APPLICATION_CREDENTIALS_JSON: expected the JSON of a service account",
        ),
        (
            {"GOOGLE_APPLICATION_CREDENTIALS_JSON": json.dumps({"type": "service_account"})},
            "with client_email, private_key, token_uri, got a value that is kept secret",
        ),
    ],
)
def test_settings_that_cannot_work_are_named(
    variables: dict[str, Any], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    result = typed()
    assert result.exit_code == 1
    assert told in result.output


def test_every_reason_that_is_explained_is_one_of_grpc() -> None:
    assert set(check.NEXT) <= {code.name for code in grpc.StatusCode}
