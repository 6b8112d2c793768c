"""Run other programs: always with a timeout, and with their own words in the error."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from stenofleet_cluster.errors import CommandError

SHOWN_LINES = 15


def run(
    command: Sequence[str | Path],
    *,
    timeout: float,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    text: str | None = None,
) -> str:
    """Run a command to its end and return what it wrote to its standard output.

    Args:
        command: The program and its arguments.
        timeout: Seconds it may take.
        environment: Variables added to this process's own.
        folder: Where it runs; by default here.
        text: What it reads from its standard input.

    Raises:
        CommandError: It failed, took too long or is not there.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(  # noqa: S603 - the words come from this program
            words,
            env={**os.environ, **(environment or {})},
            cwd=folder,
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError:
        raise CommandError(f"{words[0]} is not on this machine: install it") from None
    except subprocess.TimeoutExpired:
        raise CommandError(f"{' '.join(words)} took longer than {timeout:.0f} s") from None
    if done.returncode:
        said = last_lines(done.stderr or done.stdout)
        raise CommandError(f"{' '.join(words)} failed with code {done.returncode}:\n{said}")
    return done.stdout


def last_lines(text: str, count: int = SHOWN_LINES) -> str:
    """Return the last lines of a text, indented for a message."""
    return "\n".join(f"    {line}" for line in text.splitlines()[-count:])
