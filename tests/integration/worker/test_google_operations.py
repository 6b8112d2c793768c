"""Sessions that Google transcribes, from Google's own client to the database."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import grpc
import pytest
from stenofleet.db.models import TranscriptionSession
from stenofleet_worker.services import Services
from support import fake_speech
from support.fake_speech import FakeSpeech, done, result
from support.google_lab import SOUND, GoogleLab


@pytest.fixture
def lab(installation: Any, tmp_path: Path) -> Iterator[GoogleLab]:
    google = FakeSpeech()
    google.start()
    yield GoogleLab(installation, google, tmp_path / "bucket")
    google.stop()


@pytest.fixture
def services(lab: GoogleLab) -> Services:
    return lab.services()


def completes(lab: GoogleLab, services: Services, session_id: uuid.UUID, steps: int = 2) -> None:
    for _ in range(steps):
        lab.step(services)
    session = lab.installation.session(session_id)
    assert session.status == "completed", session.error_message
    assert lab.rows() == []
    assert lab.copies() == []
    assert lab.installation.job_state(session_id) == "SUCCESS"
    assert lab.installation.progress(session_id) == 100


def fails(lab: GoogleLab, session_id: uuid.UUID, *words: str) -> None:
    session = lab.installation.session(session_id)
    assert session.status == "failed"
    for word in words:
        assert word in session.error_message
    assert lab.rows() == []
    assert lab.copies() == []
    assert lab.installation.job_state(session_id) == "FAILURE"


def test_a_session_completes_with_speakers_words_language_and_cost(
    lab: GoogleLab, services: Services
) -> None:
    session_id = lab.session()
    completes(lab, services, session_id)

    session = lab.installation.session(session_id)
    assert (session.language, session.cost) == ("en-US", Decimal("0.016"))
    assert session.provider_metadata["google"]["operation"] in lab.google.operations
    segments = lab.installation.segments(session_id)
    assert [(each.speaker_id, each.content) for each in segments] == [
        (1, "How are you?"),
        (2, "Very well."),
    ]
    assert segments[1].start_seconds == 1.2
    assert segments[1].words[0] == {"text": "Very", "start": 1.2, "end": 1.5, "confidence": None}
    assert lab.installation.outbox(session_id) == []


def test_what_is_asked_of_google(lab: GoogleLab) -> None:
    services = lab.services(google_dynamic_batching=True, google_model="long")
    lab.session(options={"vocabulary": ["Stenofleet"]})
    lab.step(services)

    [asked] = lab.google.requests
    assert asked.recognizer == "projects/p/locations/us/recognizers/_"
    assert asked.processing_strategy.name == "DYNAMIC_BATCHING"
    assert "inline_response_config" in asked.recognition_output_config
    assert (asked.config.model, list(asked.config.language_codes)) == ("long", ["en-US"])
    assert asked.config.features.enable_word_time_offsets
    assert "diarization_config" in asked.config.features
    assert not asked.config.features.diarization_config.max_speaker_count
    [phrases] = asked.config.adaptation.phrase_sets
    assert phrases.inline_phrase_set.phrases[0].value == "Stenofleet"


def test_a_recording_that_lies_elsewhere_is_staged_until_the_end(
    lab: GoogleLab, services: Services
) -> None:
    session_id = lab.session()
    lab.step(services)
    [copy] = lab.copies()
    assert copy.read_bytes() == SOUND
    assert lab.google.requests[0].files[0].uri == lab.rows()[0].staged_uri == f"file://{copy}"
    completes(lab, services, session_id, steps=1)


def test_a_recording_at_gs_is_read_where_it_lies(lab: GoogleLab, services: Services) -> None:
    session_id = lab.session(audio_uri="gs://bucket/talk.ogg")
    lab.step(services)
    assert lab.google.requests[0].files[0].uri == "gs://bucket/talk.ogg"
    assert lab.copies() == []
    completes(lab, services, session_id, steps=1)


def test_a_google_that_is_away_for_a_moment_costs_nothing(
    lab: GoogleLab, services: Services
) -> None:
    lab.google.submit_errors = [grpc.StatusCode.UNAVAILABLE]
    lab.google.look_errors = [grpc.StatusCode.UNAVAILABLE]
    completes(lab, services, lab.session())
    assert len(lab.google.operations) == 1


@pytest.mark.parametrize("name", ["INTERNAL", "ABORTED", "DEADLINE_EXCEEDED"])
def test_a_submission_that_failed_is_tried_again_later(
    lab: GoogleLab, services: Services, name: str
) -> None:
    lab.google.submit_errors = [grpc.StatusCode[name]]
    session_id = lab.session()
    lab.step(services)
    [row] = lab.rows()
    assert (row.state, row.name, row.tries, row.error) == ("new", None, 1, name)
    completes(lab, services, session_id)


def test_an_exhausted_quota_is_left_alone_for_longer(lab: GoogleLab, services: Services) -> None:
    lab.google.submit_errors = [grpc.StatusCode.RESOURCE_EXHAUSTED]
    session_id = lab.session()
    lab.step(services)
    assert lab.waits_seconds() > 30
    completes(lab, services, session_id)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("PERMISSION_DENIED", "refuses this installation"),
        ("UNAUTHENTICATED", "credentials"),
        ("INVALID_ARGUMENT", "as the test says"),
        ("NOT_FOUND", "does not find"),
    ],
)
def test_what_can_never_succeed_fails_at_once_and_says_why(
    lab: GoogleLab, services: Services, name: str, word: str
) -> None:
    lab.google.submit_errors = [grpc.StatusCode[name]]
    session_id = lab.session()
    lab.step(services)
    fails(lab, session_id, word)
    assert len(lab.google.requests) == 1


def test_a_look_that_failed_says_nothing_of_the_operation(
    lab: GoogleLab, services: Services
) -> None:
    session_id = lab.session()
    lab.step(services)
    lab.google.look_errors = [grpc.StatusCode.INTERNAL]
    lab.step(services)
    assert lab.rows()[0].state == "running"
    completes(lab, services, session_id, steps=1)
    assert len(lab.google.operations) == 1


def test_an_operation_that_failed_for_the_moment_is_submitted_anew(
    lab: GoogleLab, services: Services
) -> None:
    session_id = lab.session()
    ends = [fake_speech.failed(13, "internal")]
    lab.google.finish = lambda uri: ends.pop() if ends else done(uri, [])
    completes(lab, services, session_id, steps=4)
    assert len(lab.google.operations) == 2


def test_a_file_that_failed_in_an_operation_that_did_not_fails_its_session(
    lab: GoogleLab, services: Services
) -> None:
    lab.google.finish = lambda uri: fake_speech.failed_file(uri, 3, "Audio cannot be decoded.")
    session_id = lab.session()
    lab.step(services)
    lab.step(services)
    fails(lab, session_id, "Audio cannot be decoded.")


def test_progress_moves_though_googles_own_sticks_at_zero(
    lab: GoogleLab, services: Services
) -> None:
    lab.google.percents = [0, 0]
    session_id = lab.session()
    lab.step(services)
    with lab.installation.sessions.begin() as db:
        row = db.merge(lab.rows()[0])
        row.result = {**row.result, "submitted_at": row.result["submitted_at"] - 60}
    lab.step(services)
    assert 0 < lab.installation.progress(session_id) < 100
    assert lab.installation.job_state(session_id) == "PROGRESS"
    completes(lab, services, session_id)


def test_googles_progress_is_shown(lab: GoogleLab, services: Services) -> None:
    lab.google.percents = [75, 25, 100]
    session_id = lab.session()
    seen = []
    for _ in range(4):
        lab.step(services)
        seen.append(lab.installation.progress(session_id))
    assert seen == [0, 75, 75, 99]


def test_a_running_aggregate_gives_each_word_once(lab: GoogleLab, services: Services) -> None:
    words = fake_speech.DIALOGUE
    bare = [(*word[:3], "") for word in words]
    lab.google.finish = lambda uri: done(uri, [result(bare[:3]), result(bare[3:]), result(words)])
    session_id = lab.session()
    completes(lab, services, session_id)
    segments = lab.installation.segments(session_id)
    assert " ".join(each.content for each in segments) == "How are you? Very well."
    assert [each.speaker_id for each in segments] == [1, 2]


def test_another_process_goes_on_by_the_saved_name(lab: GoogleLab) -> None:
    lab.google.percents = [25]
    session_id = lab.session()
    lab.step(lab.services())
    lab.step(lab.services())
    completes(lab, lab.services(), session_id, steps=1)
    assert lab.google.looks == [*lab.google.operations] * 2


def test_a_cancelled_session_is_cancelled_at_google_too(lab: GoogleLab, services: Services) -> None:
    session_id = lab.session()
    lab.step(services)
    lab.change(session_id, status="cancelled", attempt=2)
    lab.step(services)
    assert lab.google.cancelled == [*lab.google.operations]
    assert (lab.rows(), lab.copies()) == ([], [])
    assert lab.installation.status(session_id) == "cancelled"
    assert lab.installation.job_state(session_id) == "REVOKED"


def test_a_deleted_sessions_operation_and_copy_go_too(lab: GoogleLab, services: Services) -> None:
    session_id = lab.session()
    lab.step(services)
    with lab.installation.sessions.begin() as db:
        db.delete(db.get_one(TranscriptionSession, session_id))
    lab.step(services)
    assert lab.google.cancelled == [*lab.google.operations]
    assert (lab.rows(), lab.copies()) == ([], [])


def test_a_session_that_ends_while_google_answers_keeps_its_end(
    lab: GoogleLab, services: Services
) -> None:
    session_id = lab.session()
    lab.step(services)

    def cancelled_meanwhile(uri: str) -> Any:
        lab.change(session_id, status="cancelled", attempt=2)
        return done(uri, [result(fake_speech.DIALOGUE)])

    lab.google.finish = cancelled_meanwhile
    lab.step(services)
    assert lab.installation.status(session_id) == "cancelled"
    assert lab.installation.segments(session_id) == []
    lab.step(services)
    assert (lab.rows(), lab.copies()) == ([], [])


def test_a_recording_that_is_gone_fails_its_session(lab: GoogleLab, services: Services) -> None:
    session_id = lab.session()
    lab.installation.recordings.delete(lab.installation.session(session_id).audio_uri)
    lab.step(services)
    fails(lab, session_id, "upload it again")


def test_a_language_that_the_location_lacks_fails_with_those_it_has(
    lab: GoogleLab, services: Services
) -> None:
    lab.google.features = {"de-DE": {"chirp_3": []}, "en-US": {"long": ["speaker_diarization"]}}
    session_id = lab.session(language="fr")
    lab.step(services)
    fails(lab, session_id, "de-DE, en-US", "'fr'")


def test_a_google_that_is_not_set_up_any_more_fails_its_sessions(lab: GoogleLab) -> None:
    session_id = lab.session()
    services = lab.services(google_project_id=None)
    services.new_google = Services(services.settings).new_google
    lab.step(services)
    fails(lab, session_id, "not set up")


def test_two_runs_at_once_take_no_operation_twice(lab: GoogleLab) -> None:
    ids = [lab.session() for _ in range(6)]
    with ThreadPoolExecutor(2) as two:
        runs = [two.submit(lab.step, lab.services()) for _ in range(2)]
    assert sum(run.result() for run in runs) >= len(ids)
    assert sorted(lab.google.operations.values()) == sorted(
        str(row.staged_uri) for row in lab.rows()
    )


def test_a_bucket_that_is_away_is_tried_again(lab: GoogleLab, services: Services) -> None:
    session_id = lab.session()
    lab.bucket.mkdir(exist_ok=True)
    blocked = lab.bucket / str(session_id)
    blocked.write_bytes(b"no folder")
    lab.step(services)
    assert (lab.rows()[0].state, lab.google.requests) == ("new", [])
    blocked.unlink()
    completes(lab, services, session_id)


def test_an_operation_that_never_ends_fails_its_session_and_is_cancelled(
    lab: GoogleLab, services: Services
) -> None:
    lab.google.percents = [50]
    session_id = lab.session()
    lab.step(services)
    with lab.installation.sessions.begin() as db:
        row = db.merge(lab.rows()[0])
        row.created_at -= timedelta(hours=27)
    lab.step(services)
    fails(lab, session_id, "within a day")
    assert lab.google.cancelled == [*lab.google.operations]


def test_a_quota_that_ends_in_the_midst_of_a_file_is_waited_for(
    lab: GoogleLab, services: Services
) -> None:
    ends = [fake_speech.failed_file("gs://a", 8, "Quota exceeded.")]
    lab.google.finish = lambda uri: ends.pop() if ends else done(uri, [])
    session_id = lab.session()
    lab.step(services)
    lab.step(services)
    assert lab.rows()[0].state == "new"
    assert lab.waits_seconds() > 30
    completes(lab, services, session_id)
