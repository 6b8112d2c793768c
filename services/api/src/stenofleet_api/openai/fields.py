"""The fields of a request's form, gathered one by one; the file may stand anywhere between them."""

from typing import Any, Final

from stenofleet_api.openai import parameters
from stenofleet_api.openai.errors import InvalidParameter, UnsupportedParameter
from stenofleet_api.openai.parameters import Parameters
from stenofleet_api.problems import shown
from stenofleet_api.uploads.form import Part

FIELD_BYTES: Final = 16 * 1024
"""More than any parameter needs."""
MAX_FIELDS: Final = 500

_LISTS: Final = {"timestamp_granularities", "keywords"}


class Fields:
    """What came so far."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._values: dict[str, Any] = {}
        self._count = 0

    async def take(self, part: Part) -> None:
        """One more field; without a value it counts as left out.

        Raises:
            UnsupportedParameter: there is no such parameter here.
            InvalidParameter: it is too long, no text, or one too many.
        """
        name = part.name.removesuffix("[]")
        if name not in Parameters.model_fields:
            raise _unsupported(part.name)
        self._count += 1
        if self._count > MAX_FIELDS:
            raise InvalidParameter.of(part.name, f"at most {MAX_FIELDS} fields", "more")
        if value := await _text(part):
            self._put(name, value)

    def refuse_wrong(self) -> None:
        """Raises InvalidParameter for what is wrong so far, before a long file is read."""
        parameters.refuse_wrong(self._values)

    def read(self) -> Parameters:
        """All of it, or InvalidParameter."""
        return parameters.read(self._values)

    def _put(self, name: str, value: str) -> None:
        if name in _LISTS:
            self._values.setdefault(name, []).append(value)
        else:
            self._values[name] = value


async def _text(part: Part) -> str:
    content = b""
    async for chunk in part.chunks:
        content += chunk
        if len(content) > FIELD_BYTES:
            raise InvalidParameter.of(part.name, f"at most {FIELD_BYTES} bytes", "more")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise InvalidParameter.of(part.name, "text in UTF-8", "other bytes") from None


def _unsupported(name: str) -> UnsupportedParameter:
    known = ", ".join(Parameters.model_fields)
    return UnsupportedParameter.of(shown(name), f"expected only file, {known}", shown(repr(name)))
