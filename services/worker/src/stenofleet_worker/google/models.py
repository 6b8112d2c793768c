"""Which model hears a recording: by the setting, its length, and what the location can do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from stenofleet.contracts.options import TranscriptOptions

from stenofleet_worker.errors import RecordingError, UnsupportedLanguage
from stenofleet_worker.google.base import DIARIZATION, Abilities, Plan
from stenofleet_worker.google.languages import AUTO, google_code

HOUR: Final = 3600.0
LONGEST: Final = 8 * HOUR
"""Seconds of a recording that Google takes in a batch at most."""


@dataclass(frozen=True)
class Model:
    """A model's limits, which Google's Locations API does not tell.

    Attributes:
        longest: seconds of a recording at most.
        longest_with_words: the same, when each word is to have its time.
        finds_language: whether it takes ``auto``.
        diarizes: whether it tells speakers apart, for a location that does not say.
    """

    longest: float
    longest_with_words: float
    finds_language: bool
    diarizes: bool


MODELS: Final[Mapping[str, Model]] = {
    "chirp_3": Model(HOUR, 20 * 60, finds_language=True, diarizes=True),
    "chirp_2": Model(LONGEST, LONGEST, finds_language=True, diarizes=False),
    "chirp": Model(LONGEST, LONGEST, finds_language=False, diarizes=False),
    "long": Model(LONGEST, LONGEST, finds_language=False, diarizes=True),
    "latest_long": Model(LONGEST, LONGEST, finds_language=False, diarizes=True),
}
"""What Google's pages say of each; a model that is not here is taken for one like ``long``."""

INSTEAD: Final = ("long", "chirp_2")
"""Asked in this order for what the model of the setting cannot take."""


def choose(
    setting: str,
    language: str,
    seconds: float | None,
    options: TranscriptOptions,
    abilities: Abilities,
) -> Plan:
    """The plan for a recording.

    The setting's model comes first. What is too long for it goes to another that holds it,
    rather one that tells speakers apart, and only then does it without times of words.

    Args:
        setting: the model that the settings name.
        language: a BCP 47 tag or ``auto``.
        seconds: the recording's length; None, which counts as long, when nobody knows it.
        options: wishes.
        abilities: what the location can do; empty when it did not tell.

    Raises:
        RecordingError: no model takes it.
        UnsupportedLanguage: the location does not know the language; the text lists what it does.
    """
    length = LONGEST if seconds is None else seconds
    if length > LONGEST:
        raise RecordingError(
            f"Google transcribes up to 8 hours; this recording has {length / HOUR:.1f}."
        )
    names = (setting, *(name for name in INSTEAD if name != setting))
    for words in (True, False):
        plans = [
            plan
            for name in names
            if _holds(name, length, words=words)
            and (plan := _plan(name, language, options, abilities, words=words)) is not None
        ]
        if plans:
            return _best(plans, setting, options)
    raise _nobody(setting, language, abilities)


def _model(name: str) -> Model:
    return MODELS.get(name, MODELS["long"])


def _holds(name: str, length: float, *, words: bool) -> bool:
    model = _model(name)
    return length <= (model.longest_with_words if words else model.longest)


def _plan(
    name: str, language: str, options: TranscriptOptions, abilities: Abilities, *, words: bool
) -> Plan | None:
    codes = _codes(name, abilities)
    if abilities and not codes:
        return None
    try:
        code = google_code(language, codes)
    except UnsupportedLanguage:
        return None
    if code == AUTO and not _model(name).finds_language:
        return None
    return Plan(name, code, words, options.diarize and _diarizes(name, code, abilities))


def _codes(name: str, abilities: Abilities) -> set[str]:
    return {code for code, models in abilities.items() if name in models}


def _diarizes(name: str, code: str, abilities: Abilities) -> bool:
    if not abilities:
        return _model(name).diarizes
    told = [models[name] for models in abilities.values() if name in models]
    if code != AUTO:
        told = [abilities[code][name]]
    return any(DIARIZATION in features for features in told)


def _best(plans: list[Plan], setting: str, options: TranscriptOptions) -> Plan:
    first = plans[0]
    if first.model == setting or not options.diarize:
        return first
    return next((plan for plan in plans if plan.diarize), first)


def _nobody(setting: str, language: str, abilities: Abilities) -> RecordingError:
    names = {setting, *INSTEAD}
    if language.lower() == AUTO:
        return RecordingError(
            "No model of Google's that takes so long a recording finds out its language: say it "
            "in the session's language."
        )
    known = {code for name in names for code in _codes(name, abilities)} - {AUTO}
    listed = ", ".join(sorted(known)) or "none at this location"
    return UnsupportedLanguage(f"language: expected auto or one of {listed}, got {language!r}")
