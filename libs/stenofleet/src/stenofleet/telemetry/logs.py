"""Structured logs: one JSON object a line, or plain text for a terminal."""

import logging
import sys
from contextlib import AbstractContextManager
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from stenofleet.secret_urls import masked
from stenofleet.settings import LogSettings


def configure_logging(service: str, settings: LogSettings, pool: str | None = None) -> None:
    """Sends structlog's and the standard library's records to stdout in one form.

    Args:
        service: stands in every line as ``service``.
        settings: level and format.
        pool: of a worker; stands in every line, too.
    """
    always = {"service": service, **({"pool": pool} if pool else {})}
    structlog.configure(
        processors=[*_shared(always), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_formatter(always, settings.log_format))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    # It tells the dialect at each look at the revision, and the API's readiness looks every time.
    logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)


def bind(**fields: str) -> AbstractContextManager[None]:
    """Adds ``fields`` (a session's or a request's id) to every line logged inside."""
    return structlog.contextvars.bound_contextvars(**fields)


def _named(always: dict[str, str]) -> Processor:
    """Not a context variable, which threads started later would not inherit."""

    def add(_: Any, __: str, event: EventDict) -> EventDict:
        return {**event, **always}

    return add


def _without_passwords(_: Any, __: str, line: Any) -> Any:
    return masked(line)


def _shared(always: dict[str, str]) -> list[Processor]:
    return [
        _named(always),
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.UnicodeDecoder(),
    ]


def _formatter(always: dict[str, str], form: str) -> logging.Formatter:
    json: list[Processor] = [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
    # Rich tracebacks would show local variables, and a password may be one.
    console: Processor = structlog.dev.ConsoleRenderer(
        exception_formatter=structlog.dev.plain_traceback
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(always),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *(json if form == "json" else [console]),
            _without_passwords,
        ],
    )
