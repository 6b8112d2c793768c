"""A receiver of OTLP over HTTP, as OpenTelemetry's collector is one."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass(frozen=True)
class Received:
    """A span, and the service that it came from."""

    service: str
    span: Span

    @property
    def trace_id(self) -> str:
        return self.span.trace_id.hex()

    def is_child_of(self, other: "Received") -> bool:
        return self.span.parent_span_id == other.span.span_id


@dataclass
class Receiver:
    """What was received so far, each span once: one that is not answered in time is sent again."""

    url: str = ""
    spans: dict[bytes, Received] = field(default_factory=dict)

    def named(self, name: str) -> list[Received]:
        return [each for each in list(self.spans.values()) if each.span.name == name]

    def take(self, body: bytes) -> None:
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            attributes = {each.key: each.value.string_value for each in group.resource.attributes}
            spans = (span for scope in group.scope_spans for span in scope.spans)
            service = attributes["service.name"]
            self.spans.update({span.span_id: Received(service, span) for span in spans})


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Receives for as long as the context lasts."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            assert self.path == "/v1/traces", self.path
            found.take(gzip.decompress(body) if packed else body)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
