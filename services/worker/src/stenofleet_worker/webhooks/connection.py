"""Connections to hosts that users name: to checked addresses only, and for a bounded time.

A name is resolved once, every address it has is checked, and the connection is made to one of the
checked addresses: a name server that changes its answer in between changes nothing. HTTP's Host and
TLS's server name stay the URL's, since httpcore takes them from there and not from here.
"""

import socket
import time
from collections.abc import Callable, Iterable, Sequence
from ssl import SSLContext
from typing import Any

import httpcore
from httpcore import SOCKET_OPTION

Resolver = Callable[[str, int], Sequence[str]]
Check = Callable[[str], None]


def resolve(host: str, port: int) -> list[str]:
    """The addresses that a host's name has now, as the system finds them.

    Raises:
        OSError: it has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to hosts all of whose addresses pass a check, until a deadline."""

    def __init__(self, resolver: Resolver, check: Check, seconds: float) -> None:
        """``check`` raises for an address that is refused; ``seconds`` bound all that is done."""
        self._resolve = resolver
        self._check = check
        self._deadline = time.monotonic() + seconds
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connects to the first address that answers."""
        del timeout  # the deadline is what counts
        error: Exception = httpcore.ConnectError("the host has no address")
        for address in self._checked(host, port):
            try:
                stream = self._plain.connect_tcp(
                    address, port, self._left(), local_address, socket_options
                )
                return BoundedStream(stream, self._left)
            except httpcore.ConnectError as refused:
                error = refused
        raise error

    def _checked(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("the host's name cannot be resolved") from error
        for address in addresses:
            self._check(address)
        return addresses

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time is over")
        return left


class BoundedStream(httpcore.NetworkStream):
    """A stream that ends at a deadline, however steadily single bytes drip in."""

    def __init__(self, stream: httpcore.NetworkStream, left: Callable[[], float]) -> None:
        """``left`` tells the seconds that are left, and raises when there are none."""
        self._stream = stream
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """As the stream's, within what is left."""
        del timeout
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """As the stream's, within what is left."""
        del timeout
        self._stream.write(buffer, self._left())

    def close(self) -> None:
        """Closes it."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """As the stream's; what comes of it is bounded, too."""
        del timeout
        secure = self._stream.start_tls(ssl_context, server_hostname, self._left())
        return BoundedStream(secure, self._left)

    def get_extra_info(self, info: str) -> Any:
        """As the stream's."""
        return self._stream.get_extra_info(info)
