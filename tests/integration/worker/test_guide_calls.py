"""The calls of the guide, from Python, on a running worker."""

import json
import subprocess
import sys
import uuid
from typing import Any

from stenofleet.movement.keys import QUEUE
from support.movements import count, movement, push

MOVEMENTS = """
import json
from stenofleet_worker.tasks import process_movement_logs_batch

print(json.dumps(process_movement_logs_batch.delay().get(timeout=60)))
"""
UNKNOWN = """
import sys
from celery.exceptions import TimeoutError
from stenofleet_worker.tasks import transcribe_audio

result = transcribe_audio.delay(
    sys.argv[1], "file:///recordings/a.wav", "en", original_filename="a.wav"
)
try:
    result.get(timeout=60)
except Exception as error:
    print(result.state, error)
"""


def python(installation: Any, program: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=installation.environment,
        cwd=installation.folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout.strip()


def test_a_batch_is_asked_for_and_waited_for(installation: Any) -> None:
    push(installation.redis.client(), map(movement, range(30)))
    installation.ready_worker("logs,core", app="stenofleet_worker")
    assert json.loads(python(installation, MOVEMENTS)) == {
        "written": 30,
        "duplicates": 0,
        "dead": 0,
        "left": 0,
    }
    assert count(installation.sessions) == 30
    assert installation.redis.client().llen(QUEUE) == 0


def test_an_unknown_session_fails_with_a_sentence(installation: Any) -> None:
    installation.ready_worker()
    unknown = str(uuid.uuid4())
    assert python(installation, UNKNOWN, unknown) == (
        f"FAILURE session {unknown} does not exist: it was never made, or was removed"
    )
    assert python(installation, UNKNOWN, "seven") == (
        "FAILURE session_id: expected the UUID of a session, got 'seven'"
    )
