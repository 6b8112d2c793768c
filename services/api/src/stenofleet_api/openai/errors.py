"""What is wrong with a request for a transcript, or with its end."""

import uuid
from collections.abc import Sequence
from typing import Self

from stenofleet.contracts.states import SessionState

from stenofleet_api.problems import FieldError, ProblemError


class InvalidParameter(ProblemError):  # noqa: N818 - named as the problem is
    """A parameter is missing or wrong."""

    slug, title, status = "invalid-parameter", "A parameter is not valid", 400

    def __init__(self, errors: Sequence[FieldError]) -> None:
        """Names each parameter."""
        told = "; ".join(f"{_name(each)}: {each.expected}, got {each.got}" for each in errors)
        super().__init__(told, errors=[each.model_dump() for each in errors])

    @classmethod
    def of(cls, name: str, expected: str, got: str) -> Self:
        """About one parameter."""
        return cls([FieldError(field=f"body.{name}", expected=expected, got=got)])


class UnsupportedParameter(InvalidParameter):
    """A parameter is not known here."""

    slug, title = "unsupported-parameter", "A parameter is not supported"


class ModelNotFound(ProblemError):  # noqa: N818 - named as the problem is
    """There is no model with this name."""

    slug, title, status = "model-not-found", "No such model", 404


class TranscriptionFailed(ProblemError):  # noqa: N818 - named as the problem is
    """The session ended without a transcript.

    Not one of the statuses on which clients try again by themselves: the workers have done that.
    """

    slug, title, status = "transcription-failed", "The transcription failed", 422

    def __init__(self, session_id: uuid.UUID, state: SessionState, reason: str | None) -> None:
        """Names the session, its state and the reason."""
        told = f": {reason}" if reason else ""
        super().__init__(
            f"The transcription ended as {state}{told}",
            session_id=str(session_id),
            state=state.value,
        )


class TranscriptionTimeout(ProblemError):  # noqa: N818 - named as the problem is
    """The transcript takes longer than a request may wait; it goes on."""

    slug, title, status = "transcription-timeout", "The transcript is not ready yet", 504

    def __init__(self, session_id: uuid.UUID, seconds: float) -> None:
        """Tells how to get at the transcript."""
        super().__init__(
            f"The transcript was not ready within {seconds:g} s and goes on: send the same request "
            f"again, which joins it, or follow GET /api/v1/sessions/{session_id}/status.",
            session_id=str(session_id),
        )


def _name(error: FieldError) -> str:
    return error.field.removeprefix("body.")
