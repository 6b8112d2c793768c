"""Guesses who of two speakers is the coach: the one who says less."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from stenofleet.contracts.roles import Role

from stenofleet_worker.transcription.engines.base import Segment

CONFIDENCES: Final = ((0.3, 0.9), (0.2, 0.7), (0.1, 0.5))
"""By how much the client's share is larger, and how sure the guess then is."""

LEAST_SURE: Final = 0.3


class Share(NamedTuple):
    """How much a speaker says."""

    seconds: float
    words: int


class Guess(NamedTuple):
    """A speaker's role; the confidence is 0 to 1, None where nothing is guessed."""

    role: Role
    confidence: float | None


NO_GUESS: Final = Guess(Role.UNKNOWN, None)


def shares(segments: Iterable[Segment]) -> dict[int, Share]:
    """How much each speaker says in a transcript."""
    found: dict[int, Share] = {}
    for each in segments:
        seconds, words = found.get(each.speaker_id, Share(0.0, 0))
        heard = len(each.words) or len(each.text.split())
        found[each.speaker_id] = Share(seconds + each.end - each.start, words + heard)
    return found


def of_transcript(segments: Iterable[Segment]) -> dict[int, tuple[Role, float]]:
    """The roles that the speakers of a transcript may have; nothing where nothing is guessed."""
    guesses = guess(shares(segments))
    return {who: (each.role, each.confidence) for who, each in guesses.items() if each.confidence}


def guess(found: Mapping[int, Share]) -> dict[int, Guess]:
    """The role of each speaker; a guess only where there are two.

    The client is who has the larger mean of the shares of time and of words. Of two who say the
    same, the one who speaks first, with the lower number, is the coach.

    Args:
        found: how much each speaker says, by number.
    """
    parts = {speaker: _part(each, found) for speaker, each in found.items()}
    if len(parts) != 2 or not all(sum(column) for column in zip(*found.values(), strict=True)):  # noqa: PLR2004 - coach and client
        return dict.fromkeys(parts, NO_GUESS)
    coach, client = sorted(parts, key=lambda speaker: (parts[speaker], speaker))
    sure = _confidence(parts[client] - parts[coach])
    return {coach: Guess(Role.COACH, sure), client: Guess(Role.CLIENT, sure)}


def _part(share: Share, found: Mapping[int, Share]) -> float:
    """The mean of a speaker's parts of all time and of all words."""
    seconds = sum(each.seconds for each in found.values())
    words = sum(each.words for each in found.values())
    return (share.seconds / seconds + share.words / words) / 2 if seconds and words else 0.0


def _confidence(gap: float) -> float:
    return next((sure for least, sure in CONFIDENCES if gap > least), LEAST_SURE)
