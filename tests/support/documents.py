"""The documentation as tests read it: the commands it shows, and its links."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
ASSIGNMENT = re.compile(r"^[A-Z][A-Z_]*=")
VENV = ".venv/bin/"


@dataclass(frozen=True)
class Command:
    """A command that a page tells its reader to type."""

    page: Path
    words: tuple[str, ...]

    def __str__(self) -> str:
        """As a test's name shows it."""
        return f"{self.page.name}: {' '.join(self.words)}"


def pages() -> list[Path]:
    """The pages beside the README, and every page of docs/ and the folders in it."""
    front = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
    return [*front, *sorted((ROOT / "docs").rglob("*.md"))]


def commands() -> Iterator[Command]:
    """Each command in a fenced block of `console` (after a `$`) or `sh`."""
    for page in pages():
        for language, block in FENCE.findall(page.read_text()):
            for line in typed(language, block.replace("\\\n", " ")):
                yield from _commands_of(page, line)


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a page that are in this language."""
    return [block for found, block in FENCE.findall(text) if found == language]


def typed(language: str, block: str) -> list[str]:
    """The lines of a block that its reader types."""
    if language == "console":
        return [line[2:] for line in block.splitlines() if line.startswith("$ ")]
    return block.splitlines() if language == "sh" else []


def _commands_of(page: Path, line: str) -> Iterator[Command]:
    # What a shell would run inside is a command as well.
    for inner in re.findall(r"\$\(([^()]+)\)", line):
        yield from _commands_of(page, inner.partition(" | ")[0])
    words = shlex.split(line, comments=True)
    if words and not ASSIGNMENT.match(words[0]):
        yield Command(page, (words[0].removeprefix(VENV), *words[1:]))


def values_shown(page: str, heading: str) -> dict[str, Any]:
    """The chart's values that a page of docs/ shows first below a heading."""
    below = (ROOT / "docs" / page).read_text().partition(f"# {heading}\n")[2]
    values: dict[str, Any] = yaml.safe_load(blocks(below, "yaml")[0])
    return values


def inline_make_targets() -> set[str]:
    """The targets in `make target` outside of fenced blocks."""
    texts = (FENCE.sub("", page.read_text()) for page in pages())
    return {name for text in texts for name in re.findall(r"`make ([a-z][a-z0-9-]*)", text)}


def links(page: Path) -> list[str]:
    """Where the page's links inside of the repository point, as written."""
    found = LINK.findall(FENCE.sub("", page.read_text()))
    return [link for link in found if "://" not in link]


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings give, by the rule of GitHub."""
    headings = HEADING.findall(FENCE.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
