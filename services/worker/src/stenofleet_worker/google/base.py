"""What goes to Google and comes back, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from stenofleet.contracts.options import TranscriptOptions

from stenofleet_worker.errors import WorkerError

Abilities = Mapping[str, Mapping[str, frozenset[str]]]
"""What a location can do: by language (as Google writes it) and model, the features."""

DIARIZATION = "speaker_diarization"
"""The feature of a model that tells speakers apart."""


class Refused(WorkerError):  # noqa: N818 - reads as what it says in an except clause
    """Google did not do it.

    Attributes:
        code: gRPC's name of the reason.
    """

    def __init__(self, code: str, message: str) -> None:
        """``message`` is Google's own, for logs; it may name the project."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Plan:
    """How a recording is to be recognised.

    Attributes:
        model: Google's name of it.
        language: a code of Google's, or ``auto``.
        word_times: whether each word gets its time; without, a result gets one.
        diarize: whether speakers are told apart.
    """

    model: str
    language: str
    word_times: bool
    diarize: bool


@dataclass(frozen=True)
class HeardWord:
    """A word as it came; seconds of the recording, confidence None where it is not set."""

    text: str
    start: float
    end: float
    confidence: float | None = None
    label: str = ""


@dataclass(frozen=True)
class HeardResult:
    """One of the consecutive results of a recording; ``end`` in seconds of it."""

    text: str
    end: float
    confidence: float | None = None
    language: str = ""
    words: tuple[HeardWord, ...] = ()


@dataclass(frozen=True)
class Heard:
    """All results of a recording, and for how many seconds Google asks money, where it says."""

    results: tuple[HeardResult, ...]
    billed_seconds: float | None = None


@dataclass(frozen=True)
class Look:
    """How an operation stands.

    Attributes:
        percent: as Google tells it, which may be 0 until the end.
        heard: what came, once it is done.
        failure: why nothing will come.
    """

    percent: float = 0.0
    heard: Heard | None = field(default=None, repr=False)
    failure: Refused | None = None


class Speech(Protocol):
    """Google Speech-to-Text in one location; all methods raise Refused."""

    def abilities(self) -> Abilities:
        """What the location can do."""
        ...

    def submit(self, uri: str, plan: Plan, options: TranscriptOptions) -> str:
        """Starts an operation on a recording at gs:// and returns its name."""
        ...

    def look(self, name: str) -> Look:
        """How an operation stands."""
        ...

    def cancel(self, name: str) -> None:
        """Asks Google to stop an operation; one that has ended stays as it is."""
        ...
