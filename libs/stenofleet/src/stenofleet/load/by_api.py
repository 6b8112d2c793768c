"""Sessions over HTTP, as users send them (extra: client)."""

import uuid
from collections.abc import Collection
from datetime import datetime

from stenofleet.api_client import ApiClient
from stenofleet.contracts.progress import Progress
from stenofleet.contracts.states import ENDED
from stenofleet.load.recording import Recording
from stenofleet.load.target import Sent


class ByApi:
    """Each session is created, given its recording, and started."""

    def __init__(self, client: ApiClient, recording: Recording, language: str) -> None:
        """All sessions bear a tag of this test's own."""
        self._client = client
        self._recording = recording
        self._language = language
        self.made: set[uuid.UUID] = set()
        self._tag = f"load-test-{uuid.uuid4().hex[:12]}"

    def submit(self, number: int) -> Sent:
        """Three requests."""
        client = self._client
        session = client.create(f"load test {number}", self._language, [self._tag])
        self.made.add(session)
        client.upload(session, self._recording.name, self._recording.content)
        return Sent(session, datetime.fromisoformat(client.start(session)["updated_at"]))

    def ended(self, waiting: Collection[uuid.UUID]) -> dict[uuid.UUID, Progress]:
        """A request for each hundred sessions, and one for each that is over."""
        states = {uuid.UUID(e["id"]): e["status"] for e in self._client.tagged(self._tag)}
        over = [each for each in waiting if states.get(each) in ENDED]
        return {each: self._client.status(each) for each in over}

    def remove(self, session: uuid.UUID) -> None:
        """As its owner would."""
        self._client.delete(session)
