"""Which model hears what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet.contracts.options import TranscriptOptions
from stenofleet_worker.errors import RecordingError, UnsupportedLanguage
from stenofleet_worker.google.base import Plan
from stenofleet_worker.google.models import LONGEST, MODELS, choose

MINUTE = 60.0
HOUR = 3600.0
TELLS = frozenset({"speaker_diarization"})
EVERYTHING = TranscriptOptions()
NOBODY = TranscriptOptions(diarize=False)


@pytest.mark.parametrize(
    ("setting", "language", "seconds", "model", "words", "diarize"),
    [
        ("chirp_3", "en", 20 * MINUTE, "chirp_3", True, True),
        ("chirp_3", "en", 20 * MINUTE + 1, "long", True, True),
        ("chirp_3", "en", None, "long", True, True),
        ("chirp_3", "auto", 30 * MINUTE, "chirp_2", True, False),
        ("chirp_3", "en", LONGEST, "long", True, True),
        ("chirp_2", "en", LONGEST, "chirp_2", True, False),
        ("chirp_2", "auto", MINUTE, "chirp_2", True, False),
        ("long", "en", LONGEST, "long", True, True),
        ("long", "auto", MINUTE, "chirp_2", True, False),
        ("telephony", "en", HOUR, "telephony", True, True),
    ],
)
def test_the_settings_model_unless_it_cannot_take_the_recording(
    setting: str, language: str, seconds: float | None, model: str, *, words: bool, diarize: bool
) -> None:
    plan = choose(setting, language, seconds, EVERYTHING, {})
    assert (plan.model, plan.word_times, plan.diarize) == (model, words, diarize)


def test_without_another_model_the_setting_s_goes_on_without_times_of_words() -> None:
    location = {"en-US": {"chirp_3": TELLS}}
    plan = choose("chirp_3", "en", 50 * MINUTE, EVERYTHING, location)
    assert plan == Plan("chirp_3", "en-US", word_times=False, diarize=True)


def test_a_model_that_the_location_lacks_is_not_asked() -> None:
    location = {"en-US": {"long": TELLS}}
    assert choose("chirp_2", "en", MINUTE, EVERYTHING, location).model == "long"


def test_speakers_are_told_apart_only_where_the_location_says_so() -> None:
    location = {"de-DE": {"long": frozenset[str]()}, "en-US": {"long": TELLS}}
    assert not choose("long", "de", MINUTE, EVERYTHING, location).diarize
    assert choose("long", "en", MINUTE, EVERYTHING, location).diarize
    assert not choose("long", "en", MINUTE, NOBODY, location).diarize


def test_what_is_too_long_goes_to_a_model_that_tells_speakers_apart_if_there_is_one() -> None:
    location = {"en-US": {"long": frozenset[str](), "chirp_2": TELLS, "chirp_3": TELLS}}
    assert choose("chirp_3", "en", HOUR, EVERYTHING, location).model == "chirp_2"
    assert choose("chirp_3", "en", HOUR, NOBODY, location).model == "long"


def test_more_than_eight_hours_are_refused() -> None:
    with pytest.raises(RecordingError, match="up to 8 hours; this recording has 10"):
        choose("long", "en", 10 * HOUR, EVERYTHING, {})


def test_a_language_that_must_be_said_is_asked_for() -> None:
    location = {"en-US": {"long": TELLS}}
    with pytest.raises(RecordingError, match="say it"):
        choose("long", "auto", MINUTE, EVERYTHING, location)


def test_an_unknown_language_is_refused_with_those_that_are_known() -> None:
    location = {"en-US": {"long": TELLS}, "de-DE": {"long": TELLS}}
    with pytest.raises(UnsupportedLanguage, match=r"de-DE, en-US, got 'fr'"):
        choose("long", "fr", MINUTE, EVERYTHING, location)


@given(
    setting=st.sampled_from(sorted(MODELS)),
    language=st.sampled_from(["en", "auto"]),
    seconds=st.none() | st.floats(0, LONGEST),
    diarize=st.booleans(),
)
def test_no_plan_is_beyond_its_models_limits(
    setting: str, language: str, seconds: float | None, *, diarize: bool
) -> None:
    plan = choose(setting, language, seconds, TranscriptOptions(diarize=diarize), {})
    model = MODELS[plan.model]
    limit = model.longest_with_words if plan.word_times else model.longest
    assert (LONGEST if seconds is None else seconds) <= limit
    assert plan.language != "auto" or model.finds_language
    assert diarize or not plan.diarize
