"""Run other programs: always with a time limit, and with their own words in the error."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from stenofleet_deploy.errors import CommandError

SHOWN_LINES = 25


def run(
    command: Sequence[str | Path],
    *,
    timeout: float,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    text: str | None = None,
    shown: bool = False,
) -> str:
    """Run a program to its end.

    Args:
        command: The program and its arguments.
        timeout: Seconds it may take.
        environment: Variables added to this process's own.
        folder: Where it runs; by default here.
        text: What it reads from its standard input.
        shown: Its output goes to the terminal as it comes, and none is returned.

    Returns:
        What it wrote to its standard output.

    Raises:
        CommandError: It failed, took too long or is not there.
    """
    words = [str(word) for word in command]
    variables = {**os.environ, **(environment or {})}
    pipe = None if shown else subprocess.PIPE
    try:
        done = subprocess.run(  # noqa: S603 - no shell; the words come from this program
            [program(words[0], variables), *words[1:]],
            env=variables,
            cwd=folder,
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            stdout=pipe,
            stderr=pipe,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CommandError(f"{shown_words(words)} took longer than {timeout:.0f} s") from None
    if done.returncode:
        said = last_lines("\n".join(filter(None, (done.stdout, done.stderr))))
        raise CommandError(
            f"{shown_words(words)} failed with code {done.returncode}\n{said}".rstrip()
        )
    return done.stdout or ""


def shown_words(words: Sequence[str]) -> str:
    """Write a command for a message, without the values that a user set: they may be secrets.

    >>> shown_words(["helm", "upgrade", "--set", "redis.password=secret"])
    'helm upgrade --set redis.password=...'
    """
    before = ["", *words]
    return " ".join(
        f"{word.partition('=')[0]}=..." if previous == "--set" else word
        for previous, word in zip(before, words, strict=False)
    )


def program(name: str, environment: Mapping[str, str]) -> str:
    """Return the full path of a program on the PATH of ``environment``.

    Raises:
        CommandError: It is not there.
    """
    path = shutil.which(name, path=environment.get("PATH"))
    if path is None:
        raise CommandError(f"{name} is not on this machine's PATH: install it and try again")
    return path


def available(name: str) -> bool:
    """Whether a program is on the PATH."""
    return shutil.which(name) is not None


def last_lines(text: str, count: int = SHOWN_LINES) -> str:
    """Return the last lines of a text, indented for a message."""
    return "\n".join(f"    {line}" for line in text.splitlines()[-count:])
