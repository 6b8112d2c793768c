"""How a load test follows its sessions, against a target that has troubles of its own."""

import uuid
from collections.abc import Collection
from datetime import timedelta

from stenofleet.contracts.progress import Progress, Stage
from stenofleet.contracts.states import SessionState
from stenofleet.errors import StenofleetError
from stenofleet.load.drive import Load, drive
from stenofleet.load.target import Sent
from support.told_progress import NOW, progress


class Shaky:
    """Refuses the second session, and does not say how the others are when it is first asked."""

    def __init__(self, state: SessionState = SessionState.COMPLETED, silences: int = 1) -> None:
        self.made: set[uuid.UUID] = set()
        self.state = state
        self.silences = silences

    def submit(self, number: int) -> Sent:
        if number == 2:
            raise StenofleetError("429: slowly")
        session = uuid.uuid4()
        self.made.add(session)
        return Sent(session, NOW)

    def ended(self, waiting: Collection[uuid.UUID]) -> dict[uuid.UUID, Progress]:
        if self.silences > 0:
            self.silences -= 1
            raise StenofleetError("503: away")
        return {each: self._progress(each) for each in waiting}

    def remove(self, session: uuid.UUID) -> None:
        self.made.remove(session)

    def _progress(self, session: uuid.UUID) -> Progress:
        return progress(
            session,
            self.state,
            100,
            stage=Stage.ENDED,
            message="nobody spoke",
            started_at=NOW + timedelta(seconds=3),
            updated_at=NOW + timedelta(seconds=10),
        )


def test_a_refusal_and_a_silence_cost_only_those_whom_they_meet() -> None:
    told: list[int] = []
    report = drive(Shaky(), Load(3, 2, 60), told.append)

    assert len(report.good) == 2
    assert report.reasons == {"not sent: 429: slowly": 1}
    assert {(each.wait, each.run) for each in report.good} == {(3.0, 7.0)}
    assert told[-1] == 3


def test_a_session_that_failed_says_why() -> None:
    report = drive(Shaky(SessionState.FAILED), Load(1, 1, 60), lambda _: None)

    assert report.reasons == {"failed: nobody spoke": 1}


def test_what_nobody_tells_of_is_not_over_in_the_end() -> None:
    report = drive(Shaky(silences=1000), Load(1, 1, 1), lambda _: None)

    assert report.reasons == {"not over after 1 s: 503: away": 1}
