"""A hundred sessions at once, of which some cannot come to a good end."""

from concurrent.futures import ThreadPoolExecutor

from support import sounds
from support.fleet import Fleet
from support.speech import beginning

SESSIONS = 100
HOLLOW = 10
AT_ONCE = 8
"""Requests: more would wait for the forwarding, and not for the API."""
ENDED_SECONDS = 400


def test_each_of_a_hundred_sessions_is_completed_or_failed_with_its_reason(
    awake_fleet: Fleet,
) -> None:
    hollow, whole = (sounds.hollow(4), "hollow.m4a"), (beginning(4), "talk.wav")
    files = [whole if index % (SESSIONS // HOLLOW) else hollow for index in range(SESSIONS)]
    api = awake_fleet.runs("api")
    with ThreadPoolExecutor(AT_ONCE) as clients:
        sessions = list(clients.map(lambda file: awake_fleet.uploaded(*file), files))
        list(clients.map(awake_fleet.start, sessions))
        ends = list(clients.map(lambda each: awake_fleet.wait_ended(each, ENDED_SECONDS), sessions))

    failed = [end for end in ends if end["status"] == "failed"]
    assert len(failed) == HOLLOW
    assert all("no audio that can be decoded" in end["error_message"] for end in failed)
    completed = [end["session_id"] for end in ends if end["status"] == "completed"]
    assert len(completed) == SESSIONS - HOLLOW
    for session in completed:
        assert awake_fleet.text(session).lower().count("best of times") == 1
    assert awake_fleet.attempts(sessions) == [1] * SESSIONS
    assert awake_fleet.runs("api") == api
