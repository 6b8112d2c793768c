"""A service account's key as it comes in a variable: JSON, or that in base64."""

import base64
import binascii
import json
from typing import Any

MEMBERS = ("type", "client_email", "private_key", "token_uri")
"""What a key cannot do without."""


def read_key(text: str) -> dict[str, Any]:
    """The key as Google's library takes it.

    Raises:
        ValueError: it is none; the text names what lacks and never tells what came.
    """
    try:
        key = json.loads(_plain(text.strip()))
    except ValueError:
        raise ValueError("expected the JSON of a service account, or that in base64") from None
    lacking = [name for name in MEMBERS if not isinstance(key, dict) or not key.get(name)]
    if lacking:
        raise ValueError(f"expected the JSON of a service account, with {', '.join(lacking)}")
    return dict(key)


def _plain(text: str) -> str:
    if text.startswith("{"):
        return text
    try:
        # `base64` folds its lines.
        return base64.b64decode("".join(text.split()), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ValueError("neither JSON nor base64") from None
