"""Commands that use the API: their options, and its client."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from stenofleet.errors import StenofleetError

if TYPE_CHECKING:
    from stenofleet.api_client import ApiClient

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--api",
        "url",
        envvar="STENOFLEET_API_URL",
        default="http://127.0.0.1:8000",
        show_default=True,
        show_envvar=True,
        metavar="URL",
        help="Where the API is.",
    ),
    click.option(
        "--api-key",
        "key",
        envvar="STENOFLEET_API_KEY",
        show_envvar=True,
        help="A key with the scope sessions, where the API asks for one.",
    ),
    click.option(
        "--recording",
        "file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="What is sent; without it, a humming voice that is made on the spot.",
    ),
    click.option(
        "--seconds",
        type=click.IntRange(1, 3600),
        default=20,
        show_default=True,
        help="How long it hums.",
    ),
    click.option(
        "--language", default="en", show_default=True, help="Of the recording; auto to find out."
    ),
    click.option("--keep", is_flag=True, help="Leaves the sessions there; else they are deleted."),
)


def api_options(command: F) -> F:
    """Where the API is, and what is sent there."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@contextmanager
def client(url: str, key: str | None) -> "Iterator[ApiClient]":
    """The API's client, which is an extra.

    Raises:
        StenofleetError: it is not installed.
    """
    try:
        from stenofleet.api_client import ApiClient  # noqa: PLC0415 - needs an extra
    except ImportError:
        raise StenofleetError("the API's client needs: pip install 'stenofleet[client]'") from None
    made = ApiClient(url, key)
    try:
        yield made
    finally:
        made.close()
