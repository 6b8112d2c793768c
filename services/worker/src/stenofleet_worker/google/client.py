"""Google's own client, behind `base.Speech` (extra: google)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import google.auth
import structlog
from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import GoogleAPICallError, RetryError, ServiceUnavailable
from google.api_core.retry import Retry, if_exception_type
from google.auth.credentials import Credentials
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, TransportError
from google.cloud.location.locations_pb2 import GetLocationRequest
from google.cloud.speech_v2 import SpeechClient
from google.longrunning.operations_pb2 import CancelOperationRequest, GetOperationRequest
from google.oauth2.service_account import Credentials as ServiceAccount
from stenofleet.contracts.options import TranscriptOptions
from stenofleet.errors import SettingsError
from stenofleet.settings import GoogleSettings

from stenofleet_worker.google import reading, requests
from stenofleet_worker.google.base import Abilities, Look, Plan, Refused

log = structlog.get_logger(__name__)

TIMEOUT: Final = 30.0
"""Seconds that a call may take; Google's client has no limit of its own for these."""

RETRY: Final = Retry(
    predicate=if_exception_type(ServiceUnavailable), initial=0.5, maximum=4.0, timeout=15.0
)
"""For a connection that breaks; what lasts longer is left to the next task."""

FRESH: Final = 3600.0
"""Seconds for which a location's answer is kept."""

GLOBAL: Final = "global"
SCOPES: Final = ("https://www.googleapis.com/auth/cloud-platform",)


class GoogleSpeech:
    """Speech-to-Text v2 in the location of the settings."""

    def __init__(self, client: SpeechClient, settings: GoogleSettings) -> None:
        """Calls ``client``, which must be one for the settings' location."""
        self._client = client
        self._settings = settings
        self._place = f"projects/{settings.google_project_id}/locations/{settings.google_location}"
        self._abilities: tuple[float, Abilities] | None = None

    def abilities(self) -> Abilities:
        """What the location can do, by Google's Locations API."""
        if self._abilities is None or time.monotonic() - self._abilities[0] > FRESH:
            with _told():
                found = self._client.get_location(
                    GetLocationRequest(name=self._place), retry=RETRY, timeout=TIMEOUT
                )
            self._abilities = (time.monotonic(), reading.abilities(found))
        return self._abilities[1]

    def submit(self, uri: str, plan: Plan, options: TranscriptOptions) -> str:
        """Starts an operation on a recording at gs:// and returns its name."""
        asked = requests.batch(
            recognizer=f"{self._place}/recognizers/_",
            uri=uri,
            plan=plan,
            options=options,
            dynamic=self._settings.google_dynamic_batching,
        )
        with _told():
            started = self._client.batch_recognize(request=asked, retry=RETRY, timeout=TIMEOUT)
        return str(started.operation.name)

    def look(self, name: str) -> Look:
        """How an operation stands."""
        with _told():
            found = self._client.get_operation(
                GetOperationRequest(name=name), retry=RETRY, timeout=TIMEOUT
            )
        return reading.look(found)

    def cancel(self, name: str) -> None:
        """Asks Google to stop an operation; one that has ended stays as it is."""
        with _told():
            self._client.cancel_operation(
                CancelOperationRequest(name=name), retry=RETRY, timeout=TIMEOUT
            )


def make(settings: GoogleSettings) -> GoogleSpeech:
    """The client of the location; it asks Google nothing yet.

    Raises:
        SettingsError: no project is set, or there are no credentials.
    """
    if not settings.google_configured:
        raise SettingsError("GOOGLE_PROJECT_ID is not set, and Google needs a project")
    options = ClientOptions(api_endpoint=endpoint(settings.google_location))
    client = SpeechClient(credentials=credentials(settings), client_options=options)
    log.info(
        "Google STT client initialized",
        project=settings.google_project_id,
        location=settings.google_location,
    )
    return GoogleSpeech(client, settings)


def endpoint(location: str) -> str:
    """The host that serves a location; the one for ``global`` bears no name."""
    return "speech.googleapis.com" if location == GLOBAL else f"{location}-speech.googleapis.com"


def credentials(settings: GoogleSettings) -> Credentials:
    """Those of the settings' key, else of the machine (workload identity).

    Raises:
        SettingsError: there are none, or the key cannot be read; names the variable.
    """
    key = settings.google_key
    name = "GOOGLE_APPLICATION_CREDENTIALS_JSON"
    try:
        if key is None:
            return google.auth.default(scopes=SCOPES)[0]
        # Its annotations lack what it returns.
        load: Any = ServiceAccount.from_service_account_info
        found: Credentials = load(key, scopes=SCOPES)
    except DefaultCredentialsError:
        raise SettingsError(
            f"{name} is not set, and this machine has no identity at Google (workload identity)"
        ) from None
    except (ValueError, GoogleAuthError):
        # The text of the error may tell of the key.
        raise SettingsError(f"{name}: expected a valid private key in the JSON") from None
    return found


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except RetryError as error:
        raise _refused(error.cause) from error
    except (GoogleAPICallError, GoogleAuthError) as error:
        raise _refused(error) from error


def _refused(error: BaseException | None) -> Refused:
    if isinstance(error, GoogleAPICallError) and error.grpc_status_code is not None:
        return Refused(error.grpc_status_code.name, str(error.message))
    if isinstance(error, GoogleAuthError) and not isinstance(error, TransportError):
        return Refused("UNAUTHENTICATED", type(error).__name__)
    return Refused("UNAVAILABLE", type(error).__name__)
