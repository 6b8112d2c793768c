"""Places in the worker's code at which a fault comes, by name, on the way of a long recording."""

import functools
import itertools
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

TRANSCRIPTION: Final = "transcription"
CORE: Final = "core"

PACKAGE = "stenofleet_worker"
JOB = f"{PACKAGE}.transcription"


@dataclass(frozen=True)
class Point:
    """A moment in the life of a session.

    Attributes:
        name: what is just so.
        function: ``module:function``, looked up where it is called.
        before: the fault comes before the function runs, else after it has run.
        call: in which call of the function by its process; the first is 1.
        queue: whose worker is struck.
        cause: where a transcriber was killed that gives housekeeping something to do.
    """

    name: str
    function: str
    before: bool = False
    call: int = 1
    queue: str = TRANSCRIPTION
    cause: str | None = None

    def __str__(self) -> str:
        return self.name

    def install(self, strike: Callable[[], None]) -> None:
        """Makes this process call ``strike`` there.

        Raises:
            ImportError, AttributeError: the function is there no more.
        """
        function = pkgutil.resolve_name(self.function)
        owner, _, name = self.function.replace(":", ".").rpartition(".")
        setattr(pkgutil.resolve_name(owner), name, self._struck(function, strike))

    def _struck(self, function: Callable[..., Any], strike: Callable[[], None]) -> Any:
        calls = itertools.count(1)

        @functools.wraps(function)
        def struck(*args: Any, **kwargs: Any) -> Any:
            due = next(calls) == self.call
            if due and self.before:
                strike()
            result = function(*args, **kwargs)
            if due and not self.before:
                strike()
            return result

        return struck


POINTS: Final = {
    point.name: point
    for point in (
        Point("root-received", f"{JOB}.job:perform", before=True),
        # What is not committed yet is meant by "-ing".
        Point("root-claiming", f"{JOB}.ownership:claim"),
        Point("root-claimed", f"{JOB}.job:_claim"),
        Point("cutting", f"{JOB}.windows:longest_pause", call=2),
        Point("windows-being-written", f"{JOB}.job:spread"),
        Point("windows-written", "stenofleet.outbox:publish_all", before=True),
        Point("first-window-sent", "stenofleet.outbox:_send"),
        Point("all-windows-sent", "kombu.transport.redis:QoS.ack", before=True),
        Point("window-claimed", f"{JOB}.window_job:_claim"),
        Point("half-heard", f"{JOB}.window_progress:write", call=2),
        Point("heard", f"{JOB}.gather:voices", before=True),
        Point("window-being-saved", f"{JOB}.store:save"),
        Point("window-saved", f"{JOB}.window_job:_Run._save"),
        Point("last-window-saved", f"{JOB}.window_job:_finish", before=True),
        Point("transcript-being-written", f"{JOB}.completion:_guess_roles", before=True),
        Point("completed", f"{PACKAGE}.endings:summary", before=True),
        Point("result-stored", "celery.backends.base:Backend.store_result"),
        Point(
            "message-resent-unmarked",
            "stenofleet.outbox:_send",
            queue=CORE,
            cause="windows-written",
        ),
        Point(
            "window-being-sent-again",
            f"{PACKAGE}.lost_windows:_send_again",
            queue=CORE,
            cause="half-heard",
        ),
        Point(
            "next-attempt-being-sent",
            f"{PACKAGE}.housekeeping:_next_attempt",
            queue=CORE,
            cause="last-window-saved",
        ),
    )
}
