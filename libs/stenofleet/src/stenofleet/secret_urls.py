"""URLs that bear secrets: how to read them and how to tell of them, without telling the secret."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

_PASSWORD: Final = re.compile(r"(://[^\s/:@\"']*:)[^\s/\"']*@")
"""The user of a URL, and the password behind it."""

_TOKEN: Final = re.compile(r"(://)[^\s/:@?#\"']+@")
"""A user without a password, which for many services is a token."""

_PARAMETER: Final = re.compile(
    r"([?&;][\w.%-]*(?:token|secret|passw|pwd|credential|signature|ticket|key|sig)[\w.%-]*=)"
    r"[^\s&;#\"'<>\\]+",
    re.IGNORECASE,
)
"""A parameter of a query whose name says that its value is a secret."""


def masked(text: str) -> str:
    """``text`` with the secrets of URLs replaced: libraries put whole addresses into errors.

    >>> masked("no answer of redis://me:hush@broker/0, nor of https://example.com/?api_key=hush")
    'no answer of redis://me:***@broker/0, nor of https://example.com/?api_key=***'
    """
    return _PARAMETER.sub(r"\1***", _TOKEN.sub(r"\1***@", _PASSWORD.sub(r"\1***@", text)))


def split(url: str) -> SplitResult:
    """The parts of ``url``, whose port is a number.

    Raises:
        ValueError: it is none; other than urllib's, the message holds no part of it.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError(
            "expected scheme://user:password@host:port, with user and password percent-encoded"
        ) from None
    return parts
