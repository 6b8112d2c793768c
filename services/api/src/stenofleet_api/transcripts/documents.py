"""A transcript as a Word document and as a spreadsheet, written into a temporary file."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from tempfile import TemporaryFile
from typing import IO

import xlsxwriter
from docx import Document

from stenofleet_api.transcripts.schemas import SegmentView
from stenofleet_api.transcripts.times import vtt_time

DOCX_SEGMENTS = 5_000
"""Segments that a Word document may have; it is held in memory, about 30 kB for each of them.
Five hours of conversation have fewer."""

XLSX_HEAD = ("Start", "End", "Speaker", "Role", "Text", "Confidence")
_WIDTHS = (13, 13, 16, 10, 100, 11)
_CELL_CHARACTERS = 32_767
"""Of a cell, by Excel's own limits."""

_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Writer = Callable[[str, Iterable[SegmentView], IO[bytes]], None]


@contextmanager
def written(writer: Writer, title: str, segments: Iterable[SegmentView]) -> Iterator[IO[bytes]]:
    """A temporary file with what ``writer`` makes, at its beginning."""
    with TemporaryFile(prefix="transcript-") as file:
        writer(title, segments, file)
        file.seek(0)
        yield file


def docx(title: str, segments: Iterable[SegmentView], file: IO[bytes]) -> None:
    """A paragraph for each turn: who, when, what."""
    document = Document()
    document.core_properties.title = _legal(title)[:255]
    document.add_heading(_legal(title), level=1)
    for label, turn in groupby(segments, key=lambda each: each.label):
        spoken = list(turn)
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{_legal(label)}  ").bold = True
        paragraph.add_run(f"[{vtt_time(spoken[0].start_sec)}]  ").italic = True
        paragraph.add_run(_legal(" ".join(each.content for each in spoken)))
    document.save(file)


def xlsx(title: str, segments: Iterable[SegmentView], file: IO[bytes]) -> None:
    """A row for each segment, in constant memory; every text is text, whatever it looks like."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": title[:255]})
        sheet = book.add_worksheet("Transcript")
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        for column, name in enumerate(XLSX_HEAD):
            sheet.write_string(0, column, name)
        for row, each in enumerate(segments, start=1):
            _write_row(sheet, row, each)


def _write_row(sheet: "xlsxwriter.workbook.Worksheet", row: int, each: SegmentView) -> None:
    times = (vtt_time(each.start_sec), vtt_time(each.end_sec))
    for column, text in enumerate((*times, each.label, each.role.value, each.content)):
        sheet.write_string(row, column, _legal(text)[:_CELL_CHARACTERS])
    if each.confidence is not None:
        sheet.write_number(row, len(XLSX_HEAD) - 1, each.confidence)


def _legal(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold (its production 2)."""
    return _ILLEGAL.sub("", text)
