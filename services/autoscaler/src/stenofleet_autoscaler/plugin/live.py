"""Shows something again and again, as long as a person looks."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import click

EVERY_SECONDS = 1.0


def show(
    read: Callable[[], Sequence[Any]],
    words: Callable[[Sequence[Any]], str],
    *,
    once: bool,
    as_json: bool,
) -> None:
    """Shows what is read once a second until Ctrl-C; with ``once`` a single time.

    A terminal is cleared before each picture. What is no terminal gets one picture after the other,
    or with ``as_json`` one line of JSON a picture, so that programs can follow it.
    """
    try:
        while True:
            found = read()
            told = json.dumps(list(found)) if as_json else words(found)
            if not once and not as_json and sys.stdout.isatty():
                click.clear()
            click.echo(told)
            if once:
                return
            time.sleep(EVERY_SECONDS)
    except KeyboardInterrupt:
        return
