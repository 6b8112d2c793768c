"""Receivers of webhooks: real HTTP servers that answer as a test tells them."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Message:
    """What came in."""

    path: str
    headers: dict[str, str]
    content: bytes


@dataclass
class Receiver:
    """Takes messages; answers with each of ``answers`` in turn, then with 204."""

    port: int = 0
    messages: list[Message] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    """While it is not set, no answer is given."""
    drips: bool = False
    """Whether the answer's head comes byte by byte, and never to its end."""

    def url(self, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}/hook"

    def ids(self) -> list[str]:
        return [each.headers["webhook-id"] for each in self.messages]


@contextmanager
def receiver(tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Receiver]:
    """A receiver on a free port of this machine, by default for this machine alone."""
    told = Receiver()
    told.gate.set()
    server = ThreadingHTTPServer((host, 0), _handler(told))
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    told.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told
    told.gate.set()
    server.shutdown()
    server.server_close()


def _handler(told: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            told.messages.append(Message(self.path, headers, content))
            told.gate.wait()
            if told.drips:
                self._drip()
                return
            status, more = told.answers.pop(0) if told.answers else (204, {})
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _drip(self) -> None:
            try:
                for letter in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100_000:
                    self.wfile.write(bytes([letter]))
                    time.sleep(0.02)
            except OSError:
                pass

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
