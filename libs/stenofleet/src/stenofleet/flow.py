"""One recording's way through the API to its transcript, step by step (extra: client)."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from stenofleet.api_client import ApiClient
from stenofleet.contracts.states import ENDED, SessionState
from stenofleet.load.recording import Recording
from stenofleet.steps import Step, Trouble

LOOK_SECONDS: Final = 0.5
SHOWN_WORDS: Final = 12

API, TAKEN, QUEUED = "The API is ready", "A session takes a recording", "Its task is queued"
DONE, READ = "A worker transcribes it", "The transcript can be read"


@dataclass
class Flow:
    """The session on its way.

    Attributes:
        seconds: until a session that is not over counts as stuck.
        tell: is given the percent that are done.
    """

    client: ApiClient
    recording: Recording
    language: str
    seconds: float
    tell: Callable[[int], None]
    session: uuid.UUID = field(init=False)

    def steps(self, *, keep: bool) -> list[Step]:
        """From the connection to the transcript; the session of a failure stays for a look."""
        deletion = [] if keep else [Step("The session is deleted", self._delete, (READ,))]
        return [
            Step(API, self._ready),
            Step("Sessions that wait are counted", self._count, (API,)),
            Step(TAKEN, self._take, (API,)),
            Step(QUEUED, self._queue, (TAKEN,)),
            Step(DONE, self._follow, (QUEUED,)),
            Step(READ, self._read, (DONE,)),
            *deletion,
        ]

    def _ready(self) -> str:
        degraded = self.client.ready().get("degraded") or []
        return f"without {', '.join(degraded)}" if degraded else "nothing is missing"

    def _count(self) -> str:
        pending, running = map(self.client.total, (SessionState.PENDING, SessionState.PROCESSING))
        return f"{pending} are pending, {running} are being processed"

    def _take(self) -> str:
        self.session = self.client.create("transcription flow test", self.language, [])
        self.client.upload(self.session, self.recording.name, self.recording.content)
        kilobytes = len(self.recording.content) / 1000
        return f"session {self.session}, {self.recording.name}, {kilobytes:.0f} kB"

    def _queue(self) -> str:
        return f"job {self.client.start(self.session)['transcription_job_id']}"

    def _follow(self) -> str:
        began = time.monotonic()
        while (now := self.client.status(self.session)).status not in ENDED:
            self.tell(int(now.progress))
            if time.monotonic() - began > self.seconds:
                then = "see whether workers are there: stenofleet check-celery-status"
                raise Trouble(f"{now.status.value} for {self.seconds:.0f} s: {now.message}", then)
            time.sleep(LOOK_SECONDS)
        if now.status is not SessionState.COMPLETED:
            raise Trouble(f"{now.status.value}: {now.message}", "see the worker's log")
        self.tell(100)
        return f"after {time.monotonic() - began:.1f} s"

    def _read(self) -> str:
        words = self.client.text(self.session).split()
        more = " ..." if len(words) > SHOWN_WORDS else ""
        return " ".join(words[:SHOWN_WORDS]) + more if words else "it is empty: nobody speaks"

    def _delete(self) -> str:
        self.client.delete(self.session)
        return "with its recording and transcript; --keep leaves it"
