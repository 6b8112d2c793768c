"""Gets a recording out of its store, also when the store fails for a while."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import structlog
from kombu.utils.functional import retry_over_time
from stenofleet.errors import RecordingMissing, StorageError
from stenofleet.storage import Recordings

log = structlog.get_logger(__name__)

Read = TypeVar("Read")

PATIENCE = 30.0
"""Seconds for which a store of recordings that fails is asked again."""


@contextmanager
def recording(store: Recordings, uri: str, go_on: Callable[[], None]) -> Iterator[Path]:
    """A path at which the recording can be read while the context lasts.

    Args:
        store: where it lies.
        uri: its address.
        go_on: raises when the run must stop, which ends the waiting.

    Raises:
        RecordingMissing: nothing lies there.
        StorageError: the store failed for too long.
    """
    with ExitStack() as stack:
        yield patiently(lambda: stack.enter_context(store.local(uri)), go_on)


def patiently(read: Callable[[], Read], go_on: Callable[[], None]) -> Read:
    """What ``read`` returns; it is called again while the store fails.

    Args:
        read: reads of the store.
        go_on: raises when the run must stop, which ends the waiting.

    Raises:
        RecordingMissing: nothing lies there.
        StorageError: the store failed for too long.
    """
    found: Read = retry_over_time(
        read,
        StorageError,
        errback=cast("Any", _away),  # the stubs leave two arguments out
        interval_start=0.5,
        interval_step=1.0,
        interval_max=5.0,
        callback=go_on,
        timeout=PATIENCE,
    )
    return found


def _away(error: Exception, pauses: Iterator[float], _: int) -> float:
    if isinstance(error, RecordingMissing):
        raise error
    log.warning("the store of recordings is away, trying again")
    return next(pauses)
