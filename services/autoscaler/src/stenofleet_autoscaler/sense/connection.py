"""Connections to Redis by the URLs that Celery takes: redis://, rediss:// and sentinel://."""

import re
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff

from stenofleet_autoscaler.sense.errors import Unseen

TIMEOUT = 2.0
"""Seconds that a broker may take to connect, and for an answer: the next tick is the retry."""

SENTINEL_PORT = 26379

_NUMBER = re.compile(r"/?\d*/?")
_QUERY = {"redis": ("db",), "rediss": ("db", "ssl_cert_reqs", "ssl_check_hostname")}

_EXPECTED = "the Secret holds no redis://, rediss:// or sentinel:// URL"


@dataclass(frozen=True)
class Address:
    """Which broker.

    Attributes:
        url: as Celery's ``broker_url``, password and database number included.
        ca: the certificates, as PEM, that a rediss:// server is held against; None for the
            system's. With a sentinel:// URL it says that Redis and Sentinels speak TLS.
        sentinel_master: the master's name where the URL is sentinel://.
        sentinel_password: of the Sentinels themselves; the URL's is that of the master.
    """

    url: str
    ca: str | None = None
    sentinel_master: str | None = None
    sentinel_password: str | None = None

    def __repr__(self) -> str:
        return "Address(...)"  # the URL holds a password


def connect(address: Address) -> Redis:
    """A client that answers soon or fails; it connects with its first command.

    Raises:
        Unseen: the address is none that Redis understands.
    """
    try:
        if address.url.startswith("sentinel://"):
            return _by_sentinel(address)
        return Redis.from_url(_plain(address.url), **_options(), **_certificates(address))
    except (ValueError, TypeError):
        raise Unseen("InvalidURL", _EXPECTED) from None


def database(client: Redis) -> int:
    """The number of the client's database; it is a part of the names of Celery's channels."""
    return int(client.connection_pool.connection_kwargs.get("db") or 0)


def _options() -> dict[str, Any]:
    return {
        "socket_timeout": TIMEOUT,
        "socket_connect_timeout": TIMEOUT,
        "retry": Retry(NoBackoff(), 0),
        "client_name": "stenofleet-autoscaler",
    }


def _plain(url: str) -> str:
    """The URL as redis-py takes it.

    What else kombu may find in its query (timeouts, transport options) would go before the
    operator's own options, or be refused by redis-py at the first command.
    """
    parts = urlsplit(url)
    known = _QUERY.get(parts.scheme)
    if known is None or not _NUMBER.fullmatch(parts.path):
        raise ValueError
    query = {name: value for name, value in parse_qsl(parts.query) if name in known}
    verify = query.get("ssl_cert_reqs")
    if verify:  # kombu writes it as Python's ssl module does
        query["ssl_cert_reqs"] = verify.removeprefix("CERT_").lower()
    return urlunsplit(parts._replace(query=urlencode(query)))


def _certificates(address: Address) -> dict[str, Any]:
    if address.ca is None or address.url.startswith("redis://"):
        return {}
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=address.ca)
    except (ssl.SSLError, ValueError, TypeError):
        raise Unseen(
            "InvalidCA", "what is given as the broker's CA is no PEM certificate"
        ) from None
    return {"ssl_ca_data": address.ca}


def _by_sentinel(address: Address) -> Redis:
    if address.sentinel_master is None:
        raise Unseen("InvalidURL", "a sentinel:// URL needs broker.sentinel.masterName in the pool")
    parts = [urlsplit(part.strip()) for part in address.url.split(";") if part.strip()]
    if any(part.scheme != "sentinel" or not part.hostname for part in parts):
        raise Unseen("InvalidURL", "expected sentinel://host:port/db, several separated by ;")
    certificates = _certificates(address)
    shared = {**_options(), **certificates, "ssl": bool(certificates)}
    sentinels = Sentinel(  # type: ignore[no-untyped-call]  # redis-py gives it no types
        [(part.hostname, part.port or SENTINEL_PORT) for part in parts],
        sentinel_kwargs={**shared, "password": address.sentinel_password},
    )
    options: dict[str, Any] = {**shared, **_login(parts), "db": _number(parts)}
    client: Redis = sentinels.master_for(address.sentinel_master, **options)
    return client


def _login(parts: list[SplitResult]) -> dict[str, str | None]:
    """Celery repeats the master's password in each part, or writes it once."""
    named = next((part for part in parts if part.password), parts[0])
    return {
        "username": unquote(named.username) if named.username else None,
        "password": unquote(named.password) if named.password else None,
    }


def _number(parts: list[SplitResult]) -> int:
    path = next((part.path for part in parts if part.path.strip("/")), "/0")
    return int(path.strip("/"))
