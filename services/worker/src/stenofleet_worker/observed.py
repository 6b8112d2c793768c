"""Around each task: its ids in every log line, and its span."""

from contextlib import ExitStack
from typing import Any, Final

from celery import Task
from celery.signals import task_failure, task_postrun, task_prerun
from opentelemetry import trace
from stenofleet.telemetry import bind, tracing

_OPEN: Final = "sf_observed"
_HEADERS: Final = ("traceparent", "tracestate")


def connect() -> None:
    """Connects to Celery's signals; calling it again changes nothing."""
    task_prerun.connect(_begin, dispatch_uid="stenofleet.observed.begin")
    task_failure.connect(_fail, dispatch_uid="stenofleet.observed.fail")
    task_postrun.connect(_end, dispatch_uid="stenofleet.observed.end")


def _begin(task: Task[Any, Any], task_id: str, **_: Any) -> None:
    request = task.request
    sent = {name: value for name in _HEADERS if isinstance(value := request.get(name), str)}
    queue = (request.delivery_info or {}).get("routing_key") or "unknown"
    stack = ExitStack()
    stack.enter_context(
        tracing.span(
            task.name,
            tracing.SpanKind.CONSUMER,
            sent,
            messaging__system="redis",
            messaging__message__id=task_id,
            messaging__destination__name=queue,
        )
    )
    stack.enter_context(bind(task=task.name, task_id=task_id, **tracing.ids()))
    request.update({_OPEN: stack})


def _fail(exception: BaseException, **_: Any) -> None:
    """Celery catches what a task raises, so the span does not see it."""
    trace.get_current_span().set_status(trace.StatusCode.ERROR, type(exception).__name__)


def _end(task: Task[Any, Any], **_: Any) -> None:
    stack = task.request.get(_OPEN)
    if stack is not None:
        stack.close()
