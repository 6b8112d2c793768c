"""Serves the API: ``python -m stenofleet_api``."""

import socket
import sys

import uvicorn
from stenofleet.errors import SettingsError
from stenofleet.settings import ApiSettings, load
from stenofleet.telemetry import configure_logging, tracing

from stenofleet_api.app import create_app
from stenofleet_api.events.live import Live

STARTUP_FAILURE = 3
"""What uvicorn itself exits with."""

SHUTDOWN_SECONDS = 20
"""Requests that run may take that long after SIGTERM; Kubernetes kills after 30 s."""


class _Server(uvicorn.Server):
    """Ends live streams when it is asked to stop: they would hold it until its patience ends."""

    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._live.hub.close()
        await super().shutdown(sockets)


def main() -> None:
    """Serves until SIGTERM."""
    try:
        settings = load(ApiSettings)
    except SettingsError as error:
        sys.exit(f"error: {error}")
    configure_logging("api", settings)
    tracing.configure("api", settings)
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host="0.0.0.0",
        port=settings.api_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    server = _Server(config, app.state.context.live)
    server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


if __name__ == "__main__":
    main()
