"""What is asked of Google (extra: google)."""

from google.cloud.speech_v2 import types
from stenofleet.contracts.options import TranscriptOptions

from stenofleet_worker.google.base import Plan


def batch(
    *, recognizer: str, uri: str, plan: Plan, options: TranscriptOptions, dynamic: bool
) -> types.BatchRecognizeRequest:
    """One file, its results inline: only a request of one file may have them so.

    Args:
        recognizer: ``projects/<p>/locations/<l>/recognizers/_``.
        uri: the recording at gs://.
        plan: how it is to be heard.
        options: wishes.
        dynamic: whether Google may take up to a day, for less money.
    """
    strategy = types.BatchRecognizeRequest.ProcessingStrategy
    return types.BatchRecognizeRequest(
        recognizer=recognizer,
        config=_config(plan, options),
        files=[types.BatchRecognizeFileMetadata(uri=uri)],
        recognition_output_config=types.RecognitionOutputConfig(
            inline_response_config=types.InlineOutputConfig()
        ),
        processing_strategy=(
            strategy.DYNAMIC_BATCHING if dynamic else strategy.PROCESSING_STRATEGY_UNSPECIFIED
        ),
    )


def _config(plan: Plan, options: TranscriptOptions) -> types.RecognitionConfig:
    return types.RecognitionConfig(
        # Google finds rate and codec itself: guesses from a file's name are often wrong.
        auto_decoding_config=types.AutoDetectDecodingConfig(),
        model=plan.model,
        language_codes=[plan.language],
        features=types.RecognitionFeatures(
            enable_automatic_punctuation=True,
            enable_word_time_offsets=plan.word_times,
            # The models named chirp refuse to tell it.
            enable_word_confidence=not plan.model.startswith("chirp"),
            # Empty is how it is turned on; counts of speakers are not used by Google.
            diarization_config=types.SpeakerDiarizationConfig() if plan.diarize else None,
        ),
        adaptation=_adaptation(options.vocabulary),
    )


def _adaptation(phrases: tuple[str, ...]) -> types.SpeechAdaptation | None:
    if not phrases:
        return None
    inline = types.PhraseSet(phrases=[types.PhraseSet.Phrase(value=each) for each in phrases])
    chosen = types.SpeechAdaptation.AdaptationPhraseSet(inline_phrase_set=inline)
    return types.SpeechAdaptation(phrase_sets=[chosen])
