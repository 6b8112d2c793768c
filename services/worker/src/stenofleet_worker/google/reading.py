"""What Google answers, as plain data (extra: google)."""

from typing import Any

from google.cloud.location.locations_pb2 import Location
from google.cloud.speech_v2 import types
from google.longrunning.operations_pb2 import Operation
from google.rpc.code_pb2 import Code
from google.rpc.status_pb2 import Status

from stenofleet_worker.google.base import (
    Abilities,
    Heard,
    HeardResult,
    HeardWord,
    Look,
    Refused,
)


def abilities(location: Location) -> Abilities:
    """Features by language and model."""
    told = types.LocationsMetadata.deserialize(location.metadata.value)
    return {
        language: {
            name: frozenset(each.feature for each in features.model_feature)
            for name, features in models.model_features.items()
        }
        for language, models in told.languages.models.items()
    }


def look(operation: Operation) -> Look:
    """How an operation stands; that of a single file may end well while the file failed."""
    if not operation.done:
        return Look(percent=_percent(operation))
    if operation.HasField("error"):
        return Look(failure=_refused(operation.error))
    response = types.BatchRecognizeResponse.deserialize(operation.response.value)
    file = next(iter(response.results.values()), None)
    if file is None:
        return Look(failure=Refused("INTERNAL", "the response names no file"))
    if file.error.code:
        return Look(failure=_refused(file.error))
    return Look(percent=100.0, heard=_heard(response, file))


def _percent(operation: Operation) -> float:
    told = types.OperationMetadata.deserialize(operation.metadata.value)
    files = told.batch_recognize_metadata.transcription_metadata.values()
    return float(max([told.progress_percent, *(each.progress_percent for each in files)]))


def _refused(status: Status) -> Refused:
    name = Code.Name(status.code) if status.code in Code.values() else "UNKNOWN"
    return Refused(name, status.message)


def _heard(response: Any, file: Any) -> Heard:
    # The second is what the field was called before.
    transcript = file.inline_result.transcript if "inline_result" in file else file.transcript
    billed = response.total_billed_duration.total_seconds()
    return Heard(tuple(_result(each) for each in transcript.results), billed or None)


def _result(result: Any) -> HeardResult:
    end, language = result.result_end_offset.total_seconds(), result.language_code
    if not result.alternatives:
        return HeardResult("", end, language=language)
    best = result.alternatives[0]
    words = tuple(_word(each) for each in best.words)
    return HeardResult(best.transcript, end, best.confidence or None, language, words)


def _word(word: Any) -> HeardWord:
    return HeardWord(
        text=word.word.strip(),
        start=word.start_offset.total_seconds(),
        end=word.end_offset.total_seconds(),
        # 0.0 is how Google says that it is not set.
        confidence=word.confidence or None,
        label=word.speaker_label,
    )
