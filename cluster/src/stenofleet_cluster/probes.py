"""Ask a component whether it works."""

import http.client
import socket
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

SECONDS = 2.0


class Probe(Protocol):
    """Something that can be asked again and again."""

    def healthy(self) -> bool:
        """Say whether the component answers as it should, within two seconds."""


@dataclass(frozen=True)
class Http:
    """A page that answers with success; with an authority file over TLS."""

    url: str
    authority: Path | None = None

    def healthy(self) -> bool:
        """Say whether the page answers with success."""
        try:
            trust = ssl.create_default_context(cafile=self.authority) if self.authority else None
            # A proxy of the environment must not see what stays on this machine.
            opener = urllib.request.build_opener(
                urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
            )
            with opener.open(self.url, timeout=SECONDS) as answer:
                return bool(answer.status == http.client.OK)
        except (OSError, urllib.error.URLError, http.client.HTTPException):
            return False


@dataclass(frozen=True)
class Socket:
    """A Unix socket that takes connections."""

    path: Path

    def healthy(self) -> bool:
        """Say whether somebody listens."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(SECONDS)
            try:
                client.connect(str(self.path))
            except OSError:
                return False
        return True


@dataclass(frozen=True)
class Running:
    """Nothing to ask: that the process runs has to do."""

    def healthy(self) -> bool:
        """Say yes."""
        return True
