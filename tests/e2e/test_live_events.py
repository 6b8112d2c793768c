"""A client that watches while a worker is woken, transcribes and ends."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from support.fleet import Fleet
from support.speech import recording

SECONDS = 180


def test_who_watches_a_session_hears_of_every_step_until_its_end(fleet: Fleet) -> None:
    session = fleet.uploaded(recording(2))
    opened = Event()

    with ThreadPoolExecutor(1) as thread:
        watching = thread.submit(lambda: list(_watched(fleet, session, opened)))
        assert opened.wait(SECONDS)
        fleet.start(session)
        heard = watching.result(SECONDS)

    assert [name for name, _ in heard[:2]] == ["snapshot", "session.started"]
    assert heard[-1][0] == "session.completed"
    percents = [data["progress"] for _, data in heard]
    assert percents == sorted(percents)
    assert [each == 100 for each in percents].index(True) == len(percents) - 1
    stages = list(dict.fromkeys(data["stage"] for _, data in heard))
    assert stages == ["uploading", "waiting", "preparing", "transcribing", "finishing", "ended"]


def _watched(fleet: Fleet, session: str, opened: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    path = f"/api/v1/sessions/{session}/events"
    with fleet.http.stream("GET", path, timeout=SECONDS) as answer:
        name = ""
        for line in answer.iter_lines():
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                yield name, json.loads(value)
                opened.set()
