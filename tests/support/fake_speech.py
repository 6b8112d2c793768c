"""Google Speech-to-Text over a real gRPC channel: what it answers is what a test says.

The same process or another one reaches it by its address; `operations` and `cancelled` tell what
was asked of it.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.cloud.location.locations_pb2 import GetLocationRequest, Location
from google.cloud.speech_v2 import SpeechClient, types
from google.cloud.speech_v2.services.speech.transports import SpeechGrpcTransport
from google.longrunning.operations_pb2 import (
    CancelOperationRequest,
    GetOperationRequest,
    Operation,
)
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.duration_pb2 import Duration
from google.protobuf.empty_pb2 import Empty

Spoken = tuple[str, float, float, str]
"""A word, its start and end in seconds, and its speaker's label."""

DIALOGUE: Sequence[Spoken] = (
    ("How", 0.0, 0.3, "2"),
    ("are", 0.3, 0.5, "2"),
    ("you?", 0.5, 0.9, "2"),
    ("Very", 1.2, 1.5, "1"),
    ("well.", 1.5, 2.0, "1"),
)


@dataclass
class FakeSpeech:
    """The server; each list is consumed from its front, and what follows it goes well.

    Attributes:
        submit_errors: codes that BatchRecognize answers with.
        look_errors: codes that GetOperation answers with.
        percents: what GetOperation tells before an operation is done.
        finish: makes the operation's end, by the address of its file.
        features: what the location tells; None refuses to tell.
    """

    submit_errors: list[grpc.StatusCode] = field(default_factory=list)
    look_errors: list[grpc.StatusCode] = field(default_factory=list)
    percents: list[int] = field(default_factory=list)
    finish: Callable[[str], Operation] = field(default=lambda uri: done(uri, [result(DIALOGUE)]))
    features: dict[str, dict[str, list[str]]] | None = None
    requests: list[types.BatchRecognizeRequest] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    operations: dict[str, str] = field(default_factory=dict)
    port: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _server: Any = None

    def start(self) -> None:
        self._server = grpc.server(ThreadPoolExecutor(4))
        self._server.add_generic_rpc_handlers(
            (
                _service(
                    "google.cloud.speech.v2.Speech",
                    BatchRecognize=(self._batch_recognize, types.BatchRecognizeRequest.deserialize),
                ),
                _service(
                    "google.longrunning.Operations",
                    GetOperation=(self._get, GetOperationRequest.FromString),
                    CancelOperation=(self._cancel, CancelOperationRequest.FromString),
                ),
                _service(
                    "google.cloud.location.Locations",
                    GetLocation=(self._location, GetLocationRequest.FromString),
                ),
            )
        )
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    def stop(self) -> None:
        self._server.stop(grace=0).wait()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def _batch_recognize(self, request: types.BatchRecognizeRequest, context: Any) -> Operation:
        with self._lock:
            self.requests.append(request)
            if self.submit_errors:
                context.abort(self.submit_errors.pop(0), "as the test says")
            name = f"projects/p/locations/l/operations/{len(self.operations)}"
            self.operations[name] = request.files[0].uri
            return Operation(name=name, metadata=_metadata(0))

    def _get(self, request: GetOperationRequest, context: Any) -> Operation:
        with self._lock:
            self.looks.append(request.name)
            if self.look_errors:
                context.abort(self.look_errors.pop(0), "as the test says")
            if request.name not in self.operations:
                context.abort(grpc.StatusCode.NOT_FOUND, request.name)
            if self.percents:
                return Operation(name=request.name, metadata=_metadata(self.percents.pop(0)))
            ended = self.finish(self.operations[request.name])
            ended.name = request.name
            return ended

    def _cancel(self, request: CancelOperationRequest, _: Any) -> Empty:
        with self._lock:
            self.cancelled.append(request.name)
        return Empty()

    def _location(self, request: GetLocationRequest, context: Any) -> Location:
        if self.features is None:
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "not for this account")
        told = types.LocationsMetadata(
            languages=types.LanguageMetadata(
                models={
                    language: types.ModelMetadata(
                        model_features={
                            model: types.ModelFeatures(
                                model_feature=[types.ModelFeature(feature=each) for each in names]
                            )
                            for model, names in models.items()
                        }
                    )
                    for language, models in (self.features or {}).items()
                }
            )
        )
        return Location(name=request.name, metadata=_packed(told))


def client(address: str) -> SpeechClient:
    """Google's own client over a channel without TLS."""
    channel = grpc.insecure_channel(address, [("grpc.max_receive_message_length", -1)])
    return SpeechClient(transport=SpeechGrpcTransport(channel=channel))


def result(
    words: Sequence[Spoken], confidence: float = 0.0, language: str = "en-us"
) -> types.SpeechRecognitionResult:
    """One result with these words."""
    told = [
        types.WordInfo(
            word=text, start_offset=_offset(start), end_offset=_offset(end), speaker_label=label
        )
        for text, start, end, label in words
    ]
    best = types.SpeechRecognitionAlternative(
        transcript=" ".join(each.word for each in told), confidence=confidence, words=told
    )
    end = _offset(words[-1][2] if words else 0.0)
    return types.SpeechRecognitionResult(
        alternatives=[best], result_end_offset=end, language_code=language
    )


def done(
    uri: str, results: Sequence[types.SpeechRecognitionResult], billed: float = 60.0
) -> Operation:
    """An operation that went well."""
    transcript = types.BatchRecognizeResults(results=results)
    file = types.BatchRecognizeFileResult(inline_result=types.InlineResult(transcript=transcript))
    return _ended(uri, file, billed)


def failed_file(uri: str, code: int, message: str) -> Operation:
    """An operation that went well, on a file that did not."""
    return _ended(uri, types.BatchRecognizeFileResult(error={"code": code, "message": message}))


def failed(code: int, message: str) -> Operation:
    """An operation that did not go well."""
    operation = Operation(done=True)
    operation.error.code, operation.error.message = code, message
    return operation


def _ended(uri: str, file: types.BatchRecognizeFileResult, billed: float = 0.0) -> Operation:
    response = types.BatchRecognizeResponse(
        results={uri: file}, total_billed_duration=_offset(billed)
    )
    return Operation(done=True, response=_packed(response), metadata=_metadata(100))


def _metadata(percent: int) -> Packed:
    return _packed(types.OperationMetadata(progress_percent=percent))


def _packed(message: Any) -> Packed:
    packed = Packed()
    packed.Pack(type(message).pb(message))
    return packed


def _offset(seconds: float) -> Duration:
    offset = Duration()
    offset.FromMicroseconds(round(seconds * 1_000_000))
    return offset


def _service(name: str, **methods: tuple[Callable[..., Any], Callable[[bytes], Any]]) -> Any:
    return grpc.method_handlers_generic_handler(
        name,
        {
            method: grpc.unary_unary_rpc_method_handler(
                answer,
                request_deserializer=read,
                response_serializer=lambda message: message.SerializeToString(),
            )
            for method, (answer, read) in methods.items()
        },
    )
