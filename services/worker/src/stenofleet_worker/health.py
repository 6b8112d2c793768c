"""``/livez``, ``/readyz``, ``/health`` and ``/metrics`` of a worker or beat, on their own thread.

Kubernetes asks the first two: it restarts what is not alive, and a broker that is away is no reason
to. Hosts that know one question only ask ``/health``: whether tasks are consumed right now.
"""

import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

log = structlog.get_logger(__name__)

TICK = 2.0
"""Seconds between two signs of life of the consumer's loop, as of Celery's own heartbeat."""

SILENCE = 60.0
"""Seconds without one after which the loop counts as dead: far above any pause of its own."""

PAUSE = 10.0
"""Seconds without one after which nothing counts as consumed: a full processor delays some."""

TIMEOUT = 10.0
"""Seconds until a client that does not go on is left."""


@dataclass
class Health:
    """What is known of this process; beat has no consumer, its answer is its sign of life."""

    ready: bool = False
    stopping: bool = False
    _consumer: Any = None
    _ticked: float = 0.0

    def watch(self, consumer: Any) -> None:
        """The worker is ready; from now on its consumer's loop must tick."""
        self._tick()
        consumer.timer.call_repeatedly(TICK, self._tick)
        self._consumer = consumer
        self.ready = True

    def is_live(self) -> bool:
        """False once the loop hangs; one that waits for the broker, or stops, is alive."""
        if self._consumer is None or self._consumer.connection is None or self.stopping:
            return True
        return time.monotonic() - self._ticked < SILENCE

    def is_ready(self) -> bool:
        """Whether it takes tasks, or sends them."""
        return self.ready and not self.stopping

    def is_consuming(self) -> bool:
        """False while the broker is away or the loop stands still; beat consumes by running."""
        if self._consumer is None or not self.is_ready():
            return self.is_ready()
        connected = self._consumer.connection is not None
        return connected and time.monotonic() - self._ticked < PAUSE

    def _tick(self) -> None:
        self._ticked = time.monotonic()


def serve(health: Health, port: int) -> ThreadingHTTPServer | None:
    """Serves on all addresses; None where the port is another's, which is no reason to fail."""
    try:
        server = ThreadingHTTPServer(("", port), _handler(health))
    except OSError as error:
        log.warning("the health port is taken, going on without", port=port, reason=str(error))
        return None
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server


def _handler(health: Health) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = TIMEOUT

        def do_GET(self) -> None:
            match self.path:
                case "/livez":
                    self._say(health.is_live())
                case "/readyz":
                    self._say(health.is_ready())
                case "/health":
                    self._say(health.is_consuming())
                case "/metrics":
                    self._send(HTTPStatus.OK, generate_latest(), CONTENT_TYPE_LATEST)
                case _:
                    self._send(HTTPStatus.NOT_FOUND, b"not found\n")

        def _say(self, good: bool) -> None:  # noqa: FBT001 - private, one argument
            if good:
                self._send(HTTPStatus.OK, b"ok\n")
            else:
                self._send(HTTPStatus.SERVICE_UNAVAILABLE, b"no\n")

        def _send(self, status: HTTPStatus, body: bytes, kind: str = "text/plain") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as above
            log.debug("health", request=format % args)

    return Handler
