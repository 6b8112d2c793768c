"""File names that users send: shown, and never used as a path."""

import secrets
import unicodedata
import uuid
from typing import Final

from stenofleet_api.problems import shown
from stenofleet_api.uploads.audio import ACCEPTED
from stenofleet_api.uploads.errors import UnsupportedExtension

MAX_CHARACTERS: Final = 200


def display_name(given: str) -> str:
    """The last part of a path, without characters that cannot be seen, in at most 200."""
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(each for each in last if unicodedata.category(each)[0] != "C")
    name = unicodedata.normalize("NFC", visible).strip()
    return name[-MAX_CHARACTERS:] or "recording"


def extension(name: str) -> str:
    """The extension in lower case.

    Raises:
        UnsupportedExtension: it is none of the accepted ones.
    """
    _, dot, last = name.rpartition(".")
    if not dot or last.lower() not in ACCEPTED:
        raise UnsupportedExtension(shown(repr(name)))
    return last.lower()


def new_key(session_id: uuid.UUID, name: str) -> str:
    """A key of the store that nobody can guess or choose: only the extension is the sender's."""
    return f"{session_id}/{secrets.token_hex(16)}.{extension(name)}"
