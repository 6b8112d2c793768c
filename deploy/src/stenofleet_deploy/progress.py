"""Plain progress: which step, and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(text: str = "") -> None:
    """Write a line for the person at the terminal."""
    print(text, flush=True)  # noqa: T201 - progress is this program's output


@contextmanager
def step(name: str) -> Iterator[None]:
    """Write the name of a step when it begins and its seconds when it ends."""
    begun = time.monotonic()
    say(f"==> {name}")
    try:
        yield
    except BaseException:
        say(f"    failed after {clock(time.monotonic() - begun)}")
        raise
    say(f"    done in {clock(time.monotonic() - begun)}")


class Changes:
    """Writes a line only when it differs from the last: for states that are polled."""

    def __init__(self) -> None:
        self._last: str | None = None

    def say(self, text: str) -> None:
        """Write ``text``, unless it was just written."""
        if text != self._last:
            say(f"    {text}")
            self._last = text


def clock(seconds: float) -> str:
    """Write seconds as a person reads them.

    >>> clock(4.23), clock(185)
    ('4.2 s', '3 min 05 s')
    """
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"
