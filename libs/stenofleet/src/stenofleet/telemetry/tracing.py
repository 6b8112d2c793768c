"""Traces by OpenTelemetry, from a request through the queue into its tasks (extra: tracing).

Without `configure` every span is one that records nothing and costs next to nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from opentelemetry import propagate, trace
from opentelemetry.trace import Span, SpanKind, StatusCode

from stenofleet.settings import TracingSettings

__all__ = ["SpanKind", "carrier", "configure", "ids", "span"]

PATH: Final = "/v1/traces"
"""Where a receiver of OTLP over HTTP takes spans, by OpenTelemetry's specification."""


def configure(service: str, settings: TracingSettings) -> None:
    """Has spans sent to the endpoint that the settings name; without one, nothing is done."""
    if not settings.tracing_endpoint:
        return
    # Imported here: whoever traces nothing needs no SDK.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider, sampling  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(
        sampler=sampling.ParentBased(sampling.TraceIdRatioBased(settings.tracing_ratio)),
        resource=Resource.create({"service.name": f"stenofleet-{service}"}),
    )
    exporter = OTLPSpanExporter(settings.tracing_endpoint.rstrip("/") + PATH)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


@contextmanager
def span(
    name: str,
    kind: SpanKind = SpanKind.INTERNAL,
    parent: Mapping[str, str] | None = None,
    **attributes: Any,
) -> Iterator[Span]:
    """A span around the context; an error that leaves it is told by its class alone.

    Args:
        name: of the span.
        kind: who it is for.
        parent: W3C headers of who asked for it; None continues the span that is open here.
        attributes: of the span, with ``__`` for the dots of their names.
    """
    context = None if parent is None else propagate.extract(parent)
    told = {key.replace("__", "."): value for key, value in attributes.items()}
    tracer = trace.get_tracer("stenofleet")
    # The message of an error may hold an address with a password.
    with tracer.start_as_current_span(
        name, context, kind, told, record_exception=False, set_status_on_exception=False
    ) as opened:
        try:
            yield opened
        except BaseException as error:
            opened.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def carrier() -> dict[str, str]:
    """W3C headers that continue the open span elsewhere; empty without one."""
    headers: dict[str, str] = {}
    propagate.inject(headers)
    return headers


def ids() -> dict[str, str]:
    """``trace_id`` of the open span, for logs and answers; empty without one."""
    found = trace.get_current_span().get_span_context()
    return {"trace_id": trace.format_trace_id(found.trace_id)} if found.is_valid else {}
