"""What the tasks of one process share: settings, database, store of recordings, engine."""

import threading
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session, sessionmaker
from stenofleet import feed
from stenofleet.db.engine import make_engine, make_sessions
from stenofleet.settings import WorkerSettings, load
from stenofleet.storage import Recordings

from stenofleet_worker.database import Database
from stenofleet_worker.google.base import Speech
from stenofleet_worker.google.staging import Staging
from stenofleet_worker.transcription.engines.base import Engine
from stenofleet_worker.transcription.speakers import installed
from stenofleet_worker.webhooks.sender import Sender

if TYPE_CHECKING:
    from stenofleet_worker.transcription.speakers.voices import Voices

EngineFactory = Callable[[WorkerSettings], Engine]
SpeechFactory = Callable[[WorkerSettings], Speech]


def _whisper(settings: WorkerSettings) -> Engine:
    # Imported here: the image for housekeeping has no speech recognition.
    from stenofleet_worker.transcription.engines.whisper import WhisperEngine  # noqa: PLC0415

    return WhisperEngine(settings)


def _google(settings: WorkerSettings) -> Speech:
    # Imported here: the image that transcribes has no client for Google.
    from stenofleet_worker.google.client import make  # noqa: PLC0415

    return make(settings)


def _voices(settings: WorkerSettings) -> "Voices | None":
    model = installed.model_file(settings)
    if model is None:
        return None
    # Imported here: the image for housekeeping has no ONNX Runtime.
    from stenofleet_worker.transcription.speakers.voices import Voices  # noqa: PLC0415

    return Voices(model)


class Services:
    """Made when first asked for, then shared by all slots."""

    def __init__(self, settings: WorkerSettings, new_engine: EngineFactory = _whisper) -> None:
        self.settings = settings
        self.new_engine = new_engine
        self.new_google: SpeechFactory = _google
        self.stopping = threading.Event()
        """Set once the worker is asked to stop: tasks end where they can go on later."""
        self._loading = threading.Lock()
        self._engine: Engine | None = None
        self._voices: list[Voices | None] = []
        """What was found when it was first asked for."""

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        """Database sessions, which tell what they change to those who watch."""
        sessions = make_sessions(make_engine(self.settings, "stenofleet-worker"))
        feed.connect(sessions, feed.Feed(self.settings.results))
        return sessions

    @cached_property
    def database(self) -> Database:
        """Transactions that outlive a restart of the server."""
        return Database(self.sessions)

    @cached_property
    def recordings(self) -> Recordings:
        """The store of recordings."""
        return Recordings.of(self.settings)

    @cached_property
    def google(self) -> Speech:
        """Google Speech-to-Text.

        Raises:
            SettingsError: it is not set up.
        """
        return self.new_google(self.settings)

    @cached_property
    def staging(self) -> Staging:
        """Where copies lie for Google.

        Raises:
            SettingsError: the settings name no place.
        """
        return Staging.of(self.recordings, self.settings)

    @cached_property
    def webhook_sender(self) -> Sender:
        """Sends webhooks' messages."""
        return Sender(self.settings)

    @property
    def engine(self) -> Engine:
        """The engine; two slots that ask at once get the same."""
        with self._loading:
            if self._engine is None:
                self._engine = self.new_engine(self.settings)
            return self._engine

    @property
    def voices(self) -> "Voices | None":
        """What tells speakers apart; None where no model for it is installed."""
        with self._loading:
            if not self._voices:
                self._voices.append(_voices(self.settings))
            return self._voices[0]


services = Services(load(WorkerSettings))
