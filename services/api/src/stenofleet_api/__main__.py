"""Serves the API: ``python -m stenofleet_api``."""

import sys

import uvicorn
from stenofleet.errors import SettingsError
from stenofleet.settings import ApiSettings, load
from stenofleet.telemetry import configure_logging

from stenofleet_api.app import create_app

SHUTDOWN_SECONDS = 20
"""Requests that run may take that long after SIGTERM; Kubernetes kills after 30 s."""


def main() -> None:
    """Serves until SIGTERM."""
    try:
        settings = load(ApiSettings)
    except SettingsError as error:
        sys.exit(f"error: {error}")
    configure_logging("api", settings)
    uvicorn.run(
        create_app(settings),
        host="0.0.0.0",
        port=settings.api_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


if __name__ == "__main__":
    main()
