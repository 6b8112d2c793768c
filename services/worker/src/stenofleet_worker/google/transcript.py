"""From what Google heard to the transcript and what it cost."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from stenofleet_worker.google import languages, segments, words
from stenofleet_worker.google.base import Heard, HeardResult
from stenofleet_worker.transcription import roles
from stenofleet_worker.transcription.completion import Outcome
from stenofleet_worker.transcription.engines.base import Segment

MINUTE: Final = 60
_CENTS: Final = Decimal("0.000001")


def outcome(
    heard: Heard, seconds: float | None, price: Decimal | None, metadata: Mapping[str, Any]
) -> Outcome:
    """The transcript.

    Args:
        heard: Google's results.
        seconds: the recording's length; None when it was not known before.
        price: of a minute; None when nobody has said it, and then the cost is unknown, too.
        metadata: of the provider, for the session.
    """
    found = _segments(heard.results)
    length = seconds or heard.billed_seconds or max((each.end for each in found), default=0.0)
    billed = heard.billed_seconds or length
    return Outcome(
        segments=found,
        language=_language(heard.results),
        duration_seconds=length,
        roles=roles.of_transcript(found),
        cost=None if price is None else cost(billed, price),
        provider_metadata={"google": {**metadata, "billed_seconds": billed}},
    )


def cost(seconds: float, price: Decimal) -> Decimal:
    """What ``seconds`` of sound cost at ``price`` a minute, to a millionth."""
    return (Decimal(str(seconds)) / MINUTE * price).quantize(_CENTS)


def _segments(results: tuple[HeardResult, ...]) -> tuple[Segment, ...]:
    joiner = languages.joiner(_language(results) or "")
    if not any(word.end > 0 for each in results for word in each.words):
        return segments.by_results(results, joiner)
    return segments.by_words(words.spoken(results), joiner)


def _language(results: tuple[HeardResult, ...]) -> str | None:
    return next((languages.bcp47(each.language) for each in results if each.language), None)
