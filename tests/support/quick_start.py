"""The page of the quick start as its reader follows it: one command after the other."""

import re
import shlex
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from support import documents

PAGE = documents.ROOT / "docs/quick-start.md"
ADDRESS = re.compile(r"^git clone (\S+)", re.MULTILINE)
SERVER = re.compile(r"make (run-\S+)")
MARK = "@@@ "
"""Begins the line which tells that a command begins."""


@dataclass
class Typed:
    """A command that was typed.

    Attributes:
        command: its line of the page.
        began: seconds of the monotonic clock.
        said: the lines that it wrote.
    """

    command: str
    began: float
    said: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All of it, without empty lines around."""
        return "\n".join(self.said).strip()


def address() -> str:
    """Where the page clones from."""
    found = ADDRESS.search(PAGE.read_text())
    assert found, f"{PAGE} clones nothing"
    return found[1]


def commands() -> list[str]:
    """Those of all blocks of ``sh``, then those of ``console``."""
    text = PAGE.read_text()
    return [
        line
        for language in ("sh", "console")
        for block in documents.blocks(text, language)
        for line in documents.typed(language, block)
    ]


def script(lines: Iterable[str]) -> str:
    """For bash; what serves holds a terminal of its own, whose text goes to a file in /root."""
    # An empty line first: not everything ends with one.
    marked = ((f"{MARK}{line}", _in_its_terminal(line)) for line in lines)
    return "".join(f"echo; echo {shlex.quote(mark)}\n{typed}\n" for mark, typed in marked)


def _in_its_terminal(line: str) -> str:
    server = SERVER.fullmatch(line)
    return f"{line} >~/{server[1]}.log 2>&1 &" if server else line


def followed(output: Iterable[str]) -> Iterator[Typed]:
    """The commands, each when it has ended; what was written before the first is left out."""
    now = None
    for line in output:
        if line.startswith(MARK):
            if now:
                yield now
            now = Typed(line.removeprefix(MARK).strip(), time.monotonic())
        elif now:
            now.said.append(line.rstrip("\n"))
    if now:
        yield now


def durations(typed: list[Typed], end: float) -> list[tuple[str, float]]:
    """Seconds that each command took."""
    began = [*(each.began for each in typed), end]
    return [(each.command, b - a) for each, (a, b) in zip(typed, pairwise(began), strict=True)]
