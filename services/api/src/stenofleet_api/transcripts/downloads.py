"""The name under which a browser keeps a transcript."""

import re
import unicodedata
import uuid
from urllib.parse import quote

MAX_CHARACTERS = 100
_UNSAFE = re.compile(r'[\\/:*?"<>|;%]+')


def disposition(title: str, session_id: uuid.UUID, extension: str) -> str:
    """A ``Content-Disposition`` (RFC 6266): the session's id in ASCII, and its title in Unicode."""
    name = quote(f"{file_name(title) or session_id}.{extension}", safe="")
    return f"inline; filename=\"{session_id}.{extension}\"; filename*=UTF-8''{name}"


def file_name(title: str) -> str:
    """The title as the name of a file on any system, without an extension; it may be empty."""
    visible = "".join(each for each in title if unicodedata.category(each)[0] != "C")
    return " ".join(_UNSAFE.sub(" ", visible).split())[:MAX_CHARACTERS].strip(" .")
