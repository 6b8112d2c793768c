"""Connections to Redis by the URLs that Celery takes: redis://, rediss:// and sentinel://."""

import re
import ssl
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from redis.asyncio import Redis
from stenofleet import redis_address
from stenofleet.redis_clients import asking_once_async

from stenofleet_autoscaler.sense.errors import Unseen

TIMEOUT = 2.0
"""Seconds that a broker may take to connect, and for an answer: the next tick is the retry."""

NAME = "stenofleet-autoscaler"
"""How the operator's connections are called in Redis' CLIENT LIST."""

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
        if redis_address.is_sentinel(address.url):
            return _by_sentinel(address)
        where = redis_address.Address(_plain(address.url), certificates=_certificates(address))
        return asking_once_async(where, TIMEOUT, client_name=NAME)
    except (ValueError, TypeError):
        raise Unseen("InvalidURL", _EXPECTED) from None


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


def _certificates(address: Address) -> dict[str, str]:
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
    where = redis_address.Address(
        address.url,
        certificates=_certificates(address),
        master=address.sentinel_master,
        sentinel_password=address.sentinel_password,
    )
    try:
        return asking_once_async(where, TIMEOUT, client_name=NAME)
    except ValueError as error:
        raise Unseen("InvalidURL", str(error)) from None
