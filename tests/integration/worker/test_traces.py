"""One trace from the HTTP request over the queue into the task and its windows, as received."""

import json
from pathlib import Path
from typing import Any

import httpx
from support.api_process import api_process
from support.otlp import receiver
from support.servers import until

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
ASKED = "POST /v1/audio/transcriptions"
TASK = "stenofleet.transcribe_audio"


def asked(url: str, recording: Path) -> httpx.Response:
    files = {"file": (recording.name, recording.read_bytes())}
    path = f"{url}/v1/audio/transcriptions"
    return httpx.post(path, files=files, data={"model": "whisper-1"}, headers=PARENT, timeout=60)


def test_a_request_its_task_and_its_windows_are_one_trace_that_logs_and_problems_name(
    installation: Any, short_recording: Path, capfd: Any
) -> None:
    environment = installation.environment
    with receiver() as received:
        worker = installation.ready_worker(
            STENOFLEET_TRACING_ENDPOINT=received.url,
            STENOFLEET_POOL="steno-transcription",
            OTEL_BSP_SCHEDULE_DELAY="200",
        )
        with api_process(
            installation.folder,
            environment["DATABASE_URL"],
            environment["REDIS_URL"],
            storage_url=environment["STENOFLEET_STORAGE_URL"],
            tracing_endpoint=received.url,
        ) as api:
            answer = asked(api.url, short_recording)
            missing = httpx.get(f"{api.url}/no/such/path", headers=PARENT)
            assert answer.is_success, answer.text
            wanted = (ASKED, TASK, "window")
            until(lambda: all(received.named(name) for name in wanted), "the spans")
    requests, tasks, windows = (received.named(name) for name in wanted)
    # A message may be delivered twice; each delivery has a span of its own.
    [request] = requests
    [task, *_] = tasks

    assert {each.trace_id for each in (request, *tasks, *windows)} == {TRACE}
    assert request.span.parent_span_id.hex() == "b7ad6b7169203331"
    assert all(each.is_child_of(request) for each in tasks)
    assert all(any(each.is_child_of(one) for one in tasks) for each in windows)
    assert (request.service, task.service) == ("stenofleet-api", "stenofleet-worker")
    assert missing.json()["trace_id"] == TRACE
    lines = [json.loads(line) for line in worker.text().splitlines() if line.startswith("{")]
    told = [line for line in lines if line.get("trace_id") == TRACE]
    assert {(line["task"], line["pool"]) for line in told} == {(TASK, "steno-transcription")}
    assert any("session_id" in line and "task_id" in line for line in told)
    logged = [json.loads(line) for line in capfd.readouterr().out.splitlines() if line[:1] == "{"]
    assert any(line.get("trace_id") == TRACE and line["event"] == "request" for line in logged)


def test_without_an_endpoint_messages_bear_no_trace(
    installation: Any, short_recording: Path
) -> None:
    [row] = installation.outbox(installation.pending(short_recording))
    assert "traceparent" not in row.headers
    [message] = installation.queued()
    assert "traceparent" not in message.headers
