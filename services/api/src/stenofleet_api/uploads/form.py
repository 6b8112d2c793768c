"""The file in a multipart form, as a stream: Starlette's own parser would store all of it first."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from stenofleet_api.problems import FieldError, InvalidRequest, MalformedRequest, shown
from stenofleet_api.uploads.errors import NotMultipart

FIELD = "file"


@dataclass(frozen=True)
class FilePart:
    """A file on its way: its name and what the sender says it is, then its content."""

    filename: str
    chunks: AsyncIterator[bytes]


@dataclass(frozen=True)
class Part:
    """A field of a form, or with a file name a file."""

    name: str
    filename: str | None
    chunks: AsyncIterator[bytes]


@dataclass(frozen=True)
class _Begin:
    disposition: bytes


class _End:
    pass


_Event = _Begin | bytes | _End


async def file_part(content_type: str | None, body: AsyncIterator[bytes]) -> FilePart:
    """Reads up to the content of the form's field ``file``, which then streams.

    Raises:
        NotMultipart: the body is no multipart form.
        MalformedRequest: the form breaks off or cannot be parsed.
        InvalidRequest: the form has no such field, or it is no file.
    """
    events = _events(_Parser(_boundary(content_type)), body)
    async for event in events:
        if isinstance(event, _Begin):
            name, filename = _names(event.disposition)
            if name == FIELD:
                return FilePart(_required(filename), _content(events, name))
    raise InvalidRequest([_field_error("nothing")])


async def parts(content_type: str | None, body: AsyncIterator[bytes]) -> AsyncIterator[Part]:
    """All of a form in order; what is not read of a part is passed over.

    Raises:
        NotMultipart: the body is no multipart form.
        MalformedRequest: the form breaks off or cannot be parsed.
    """
    events = _events(_Parser(_boundary(content_type)), body)
    async for event in events:
        if isinstance(event, _Begin):
            name, filename = _names(event.disposition)
            yield Part(name, filename, _content(events, name))


async def _content(events: AsyncIterator[_Event], name: str) -> AsyncIterator[bytes]:
    async for event in events:
        if isinstance(event, bytes):
            yield event
        else:
            return
    raise MalformedRequest(f"The form breaks off within its field `{shown(name)}`; send it again.")


async def _events(parser: "_Parser", body: AsyncIterator[bytes]) -> AsyncIterator[_Event]:
    async for chunk in body:
        for event in parser.feed(chunk):
            yield event


class _Parser:
    """Turns the parser's callbacks into events."""

    def __init__(self, boundary: bytes) -> None:
        self._events: list[_Event] = []
        self._header = self._value = self._disposition = b""
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._part_begin,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_part_data": self._part_data,
                    "on_part_end": self._part_end,
                },
            )
        except FormParserError as error:
            raise MalformedRequest(f"The form cannot be parsed: {error}.") from None

    def feed(self, chunk: bytes) -> list[_Event]:
        self._events = []
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise MalformedRequest(f"The form cannot be parsed: {error}.") from None
        return self._events

    def _part_begin(self) -> None:
        self._disposition = b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _headers_finished(self) -> None:
        self._events.append(_Begin(self._disposition))

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._events.append(data[start:end])

    def _part_end(self) -> None:
        self._events.append(_End())


def _boundary(content_type: str | None) -> bytes:
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise NotMultipart(
            "Expected Content-Type multipart/form-data with a boundary, and the recording in its "
            f"field `{FIELD}`; got {content_type or 'none'}."
        )
    return options[b"boundary"]


def _names(disposition: bytes) -> tuple[str, str | None]:
    _, options = parse_options_header(disposition)
    filename = options.get(b"filename")
    name = options.get(b"name", b"").decode(errors="replace")
    return name, None if filename is None else filename.decode(errors="replace")


def _required(filename: str | None) -> str:
    if filename is None:
        raise InvalidRequest([_field_error("a field without a file name")])
    return filename


def _field_error(got: str) -> FieldError:
    return FieldError(field=f"body.{FIELD}", expected="a file with its name", got=got)
