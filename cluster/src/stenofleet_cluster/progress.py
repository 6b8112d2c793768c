"""Plain progress: which step, how long, and a running counter while a step is long."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

TERMINAL_BEAT = 1.0
LOG_BEAT = 30.0


class Progress:
    """Writes one line a step; on a terminal the line counts the seconds while it waits."""

    def __init__(self, out: TextIO = sys.stderr) -> None:
        self._out = out
        self._live = out.isatty()
        self._note = ""

    def say(self, text: str) -> None:
        """Write a line of its own."""
        print(text, file=self._out, flush=True)

    def note(self, text: str) -> None:
        """Set what the counter shows beside the seconds of the current step."""
        self._note = text

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what happens inside and write the name with the seconds it took."""
        self._note = ""
        begun = time.monotonic()
        ended = threading.Event()
        counter = threading.Thread(target=self._count, args=(name, begun, ended), daemon=True)
        counter.start()
        try:
            yield
        except BaseException:
            self._finish(ended, counter, name, begun, "failed after")
            raise
        self._finish(ended, counter, name, begun, "done in")

    def _count(self, name: str, begun: float, ended: threading.Event) -> None:
        beat = TERMINAL_BEAT if self._live else LOG_BEAT
        while not ended.wait(beat):
            line = f"  {name} ... {clock(time.monotonic() - begun)} {self._note}".rstrip()
            if self._live:
                print(f"\r{line:<98.98}", end="", file=self._out, flush=True)
            else:
                self.say(line)

    def _finish(
        self, ended: threading.Event, counter: threading.Thread, name: str, begun: float, how: str
    ) -> None:
        ended.set()
        counter.join()
        line = f"  {name}: {how} {clock(time.monotonic() - begun)}"
        self.say(f"\r{line:<98}" if self._live else line)


def clock(seconds: float) -> str:
    """Write seconds as a person reads them: 4.2 s, 3 min 05 s."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02d} s"
