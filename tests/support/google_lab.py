"""Sessions for Google on a real database and broker, and a Google that is a fake."""

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update
from stenofleet import jobs
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import TranscriptionOperation, TranscriptionSession
from stenofleet.settings import WorkerSettings
from stenofleet.storage import Recordings
from stenofleet_worker.google.advance import advance
from stenofleet_worker.google.client import GoogleSpeech
from stenofleet_worker.google.staging import Staging
from stenofleet_worker.services import Services
from support.fake_speech import FakeSpeech, client

SOUND = b"RIFF, as far as anybody looks"
STAGING = "gs://bucket/staging"


@dataclass
class GoogleLab:
    """One installation whose Google is the fake."""

    installation: Any
    google: FakeSpeech
    bucket: Path

    def services(self, **settings: Any) -> Services:
        """As one worker process has them."""
        environment = self.installation.environment
        made = Services(
            WorkerSettings(
                redis_url=environment["REDIS_URL"],
                database_url=environment["DATABASE_URL"],
                storage_url=environment["STENOFLEET_STORAGE_URL"],
                **{
                    "google_project_id": "p",
                    "google_staging_url": STAGING,
                    "google_price_per_minute": "0.016",
                    "lease_seconds": 5,
                    **settings,
                },
            )
        )
        made.new_google = lambda told: GoogleSpeech(client(self.google.address), told)
        made.staging = Staging(made.recordings, Recordings(f"file://{self.bucket}"))
        return made

    def environment(self) -> dict[str, str]:
        """Of a worker process."""
        tests = Path(__file__).parents[1]
        return {
            "GOOGLE_PROJECT_ID": "p",
            "STENOFLEET_GOOGLE_STAGING_URL": STAGING,
            "FAKE_SPEECH": self.google.address,
            "FAKE_BUCKET": f"file://{self.bucket}",
            "SUBMIT_GATE": str(self.gate),
            "PYTHONPATH": f"{tests}:{tests}/integration/worker",
        }

    @property
    def gate(self) -> Path:
        return Path(f"{self.bucket}.gate")

    def session(self, **fields: Any) -> uuid.UUID:
        """A session as the API leaves it at its start."""
        session_id = uuid.uuid4()
        path = self.bucket.parent / "talk.ogg"
        path.write_bytes(SOUND)
        with path.open("rb") as content:
            uri = self.installation.recordings.save(f"{session_id}/talk.ogg", content)
        values = {"language": "en", "audio_uri": uri, "duration_seconds": 600.0, **fields}
        with self.installation.sessions.begin() as db:
            session = TranscriptionSession(
                id=session_id,
                title="talk",
                provider=jobs.GOOGLE,
                status=SessionState.PENDING.value,
                transcription_job_id=str(uuid.uuid4()),
                attempt=1,
                **values,
            )
            db.add(session)
            db.flush()
            assert jobs.ask(db, session) is None
        return session_id

    def step(self, services: Services) -> int:
        """Makes all operations due, and takes a step with each."""
        with self.installation.sessions.begin() as db:
            db.execute(update(TranscriptionOperation).values(next_poll_at=func.now()))
        return advance(services, self.installation.app)

    def rows(self) -> list[TranscriptionOperation]:
        with self.installation.sessions() as db:
            return list(db.scalars(select(TranscriptionOperation)))

    def waits_seconds(self) -> float:
        """How long the only operation is left alone."""
        remaining = TranscriptionOperation.next_poll_at - func.now()
        with self.installation.sessions() as db:
            return float(db.scalar(select(func.extract("epoch", remaining))) or 0)

    def change(self, session_id: uuid.UUID, **values: Any) -> None:
        """Changes a session as the API does."""
        table = TranscriptionSession
        with self.installation.sessions.begin() as db:
            db.execute(update(table).where(table.id == session_id).values(**values))

    def copies(self) -> list[Path]:
        """What lies at the fake gs://."""
        return [each for each in self.bucket.rglob("*") if each.is_file()]
