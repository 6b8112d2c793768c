"""Where a Redis is, in Celery's words: redis://, rediss://, unix://, or sentinel:// for several.

Nothing here connects; `stenofleet.redis_clients` does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlencode

from stenofleet.secret_urls import split

SENTINEL_PORT: Final = 26379
_NUMBER: Final = re.compile(r"/?(\d*)/?")


@dataclass(frozen=True)
class Address:
    """Which Redis.

    Attributes:
        url: password and database number included; that of Sentinels as `Sentinels.read` takes it.
        certificates: what TLS holds a server against, in redis-py's words (`ssl_ca_certs` a file,
            `ssl_ca_data` PEM). With a sentinel:// URL they say that Redis and Sentinels speak TLS.
        master: the name by which Sentinels know the master.
        sentinel_password: of the Sentinels themselves; the URL's is that of the master.
    """

    url: str
    certificates: Mapping[str, str] = field(default_factory=dict)
    master: str | None = None
    sentinel_password: str | None = None

    def __repr__(self) -> str:
        return "Address(...)"  # the URL holds a password

    @property
    def by_sentinels(self) -> bool:
        """Whether Sentinels are asked where the Redis is."""
        return is_sentinel(self.url)

    @property
    def tls(self) -> dict[str, Any]:
        """The certificates; none where the URL speaks no TLS."""
        plain = self.url.startswith(("redis://", "unix://"))
        return {} if plain else dict(self.certificates)


@dataclass(frozen=True)
class Sentinels:
    """What a sentinel:// URL says; login and database are those of the master."""

    hosts: tuple[tuple[str, int], ...]
    username: str | None
    password: str | None
    database: int

    @classmethod
    def read(cls, url: str) -> "Sentinels":
        """Reads ``sentinel://user:password@host:port/db;sentinel://host:port``, as Celery has it.

        Celery repeats login and database in each part, or writes them once.

        Raises:
            ValueError: it is none; the message holds no part of it.
        """
        parts = [split(part.strip()) for part in url.split(";") if part.strip()]
        if not parts or any(part.scheme != "sentinel" or not part.hostname for part in parts):
            raise ValueError("expected sentinel://host:port/db, several separated by ;")
        named = next((part for part in parts if part.password), parts[0])
        return cls(
            hosts=tuple((str(part.hostname), part.port or SENTINEL_PORT) for part in parts),
            username=unquote(named.username) if named.username else None,
            password=unquote(named.password) if named.password else None,
            database=_database(parts),
        )

    def url(self) -> str:
        """The URL with login and database in each part.

        Celery goes on with the next part alone when the first does not answer.
        """
        login = f"{_quoted(self.username)}:{_quoted(self.password)}@" if self.password else ""
        return ";".join(
            f"sentinel://{login}{_bracketed(host)}:{port}/{self.database}"
            for host, port in self.hosts
        )


def is_sentinel(url: str) -> bool:
    """Whether it is the URL of Sentinels."""
    return url.startswith("sentinel://")


def in_full(url: str, ca_file: str | None) -> str:
    """The URL with what Celery asks for in each: how certificates are checked, and each login.

    Args:
        url: any that Celery takes.
        ca_file: who signed the certificate of a rediss:// server; None for the system's. What the
            URL's own query says wins.

    Raises:
        ValueError: it is none, or names Sentinels otherwise than `Sentinels.read` takes them.
    """
    if is_sentinel(url):
        return Sentinels.read(url).url()
    if not url.startswith("rediss://"):
        return url
    parts = split(url)
    told = parse_qs(parts.query)
    wanted = {"ssl_cert_reqs": "required", **({"ssl_ca_certs": ca_file} if ca_file else {})}
    added = urlencode({name: value for name, value in wanted.items() if name not in told}, safe="/")
    return parts._replace(query="&".join(filter(None, (parts.query, added)))).geturl()


def _database(parts: list[SplitResult]) -> int:
    path = next((part.path for part in parts if part.path.strip("/")), "/0")
    number = _NUMBER.fullmatch(path)
    if number is None:
        raise ValueError("expected a database's number after the host")
    return int(number[1])


def _quoted(text: str | None) -> str:
    return quote(text or "", safe="")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
