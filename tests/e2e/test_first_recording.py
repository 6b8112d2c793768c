"""From zero workers to a transcript and back."""

from support.fleet import DEPLOYMENT, WORKER, Fleet, eventually
from support.speech import error_rate, recording


def test_one_recording_wakes_one_worker_which_transcribes_it_and_sleeps_again(
    fleet: Fleet,
) -> None:
    with fleet.history("deployment", DEPLOYMENT) as states:
        session = fleet.started(recording())
        [pod] = eventually(lambda: fleet.pods(WORKER), "a worker", 120)
        fleet.wait_transcribing(session)
        with fleet.streamed("logs", "--follow", pod["metadata"]["name"]) as log:
            fleet.wait_completed(session, 240)
            fleet.wait_asleep()
            said = log()
        replicas = _changes([state["spec"]["replicas"] for state in states()])

    assert replicas == [0, 1, 0]
    assert error_rate(fleet.text(session)) <= 0.05
    # Begun once and ended once: no task was cut.
    assert said.count(f"Starting transcription for session {session}") == 1
    assert said.count(f"Transcription completed for session {session}") == 1
    assert fleet.attempts([session]) == [1]


def _changes(values: list[int]) -> list[int]:
    """The values without repetitions."""
    return [value for at, value in enumerate(values) if at == 0 or value != values[at - 1]]
