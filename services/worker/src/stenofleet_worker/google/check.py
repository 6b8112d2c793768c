"""``stenofleet check-google``: whether Google works with these settings, by its own client."""

import sys
from collections.abc import Callable, Iterator
from functools import partial

import click
from stenofleet.cli_errors import errors_told
from stenofleet.errors import SettingsError, StorageError
from stenofleet.settings import GoogleSettings, load
from stenofleet.storage import Recordings
from stenofleet.storage.recordings import bucket_config

from stenofleet_worker.google.base import Refused, Speech

NEXT = {
    "UNAUTHENTICATED": "make a new key for the service account; this one is not good, or no longer",
    "PERMISSION_DENIED": (
        "give the account speech.recognizers.recognize, speech.operations.get and "
        "speech.locations.get on the project, and see whether the Speech-to-Text API is enabled"
    ),
    "NOT_FOUND": "see GOOGLE_PROJECT_ID and STENOFLEET_GOOGLE_LOCATION",
    "INVALID_ARGUMENT": "see GOOGLE_PROJECT_ID and STENOFLEET_GOOGLE_LOCATION",
    "UNAVAILABLE": "see whether this machine reaches googleapis.com, by HTTPS_PROXY if need be",
}
"""What to try, by gRPC's name of the reason."""


@click.command("check-google")
@errors_told
def command() -> None:
    """Tries project, credentials and bucket of Google Speech-to-Text; 1 when one fails."""
    settings = load(GoogleSettings)
    google = client(settings)
    try:
        for line in seen(settings, google, partial(store, settings)):
            click.echo(f"✓ {line}")
    except Refused as refused:
        click.echo(f"✗ Google refuses: {refused}")
        click.echo(f"  next: {NEXT.get(refused.code, 'try again later; it may be passing')}")
        sys.exit(1)
    except StorageError as error:
        click.echo(f"✗ {error}")
        click.echo("  next: let the account create and delete objects of the bucket")
        sys.exit(1)


def store(settings: GoogleSettings, url: str) -> Recordings:
    """The bucket at a URL."""
    return Recordings(url, bucket_config(settings, url))


def client(settings: GoogleSettings) -> Speech:
    """Google's client.

    Raises:
        SettingsError: there are no credentials, or the client is not installed here.
    """
    try:
        # Imported here: the image that transcribes by itself has no client for Google.
        from stenofleet_worker.google.client import make  # noqa: PLC0415
    except ImportError:
        raise SettingsError(
            "Google's client is not installed here: run this where the core workers run "
            "(extra: stenofleet-worker[google])"
        ) from None
    return make(settings)


def seen(
    settings: GoogleSettings, google: Speech, bucket_at: Callable[[str], Recordings]
) -> Iterator[str]:
    """What works, one sentence after the other.

    Raises:
        Refused: Google did not answer as it should.
        StorageError: the bucket cannot be written to.
    """
    languages = google.abilities()
    models = sorted({model for each in languages.values() for model in each})
    yield (
        f"project {settings.google_project_id}, location {settings.google_location}: "
        f"{len(languages)} languages, models {', '.join(models) or 'none'}"
    )
    url = settings.google_staging_url or settings.storage_url
    bucket_at(url).writable()
    yield f"{url}: an object was written and removed"
