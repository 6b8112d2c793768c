"""Times and texts of SRT and WebVTT."""

import re
from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet.contracts.roles import Role
from stenofleet_api.imports.cues import Subtitles, parse
from stenofleet_api.transcripts.cues import read_srt, read_vtt, srt_text, vtt_text
from stenofleet_api.transcripts.formats import srt, tsv, txt, vtt
from stenofleet_api.transcripts.schemas import SegmentView
from stenofleet_api.transcripts.times import srt_time, vtt_time

SECONDS = st.floats(min_value=0, max_value=1_000_000)
# Words of which a line may consist, marks of the formats among them.
MARKS = st.sampled_from(["-->", "--->", "&", "&amp;", "&gt;", "&amp;gt;", "<b>", "<", ">", ":"])
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)
LINES = st.lists(MARKS | WORDS, min_size=1, max_size=8).map(" ".join)
TEXTS = st.lists(LINES, min_size=1, max_size=4).map("\n".join)
# Also blank lines, spaces at any place, and whatever else a database's text can hold.
ODD = st.sampled_from(["", " ", "\u00a0", "\u00a0\u00a0", "\t", "\u2028", "1", "NOTE", "a: b"])
CHARACTERS = st.characters(codec="utf-8", exclude_characters="\x00\r")
ANYTHING = TEXTS | st.lists(ODD | LINES, max_size=6).map("\n".join) | st.text(CHARACTERS)
NAMES = st.text(CHARACTERS, min_size=1, max_size=40).map(str.strip).filter(bool)


def segment(
    content: str,
    role: Role = Role.UNKNOWN,
    speaker: int = 1,
    *,
    start: float = 0,
    end: float = 1,
    name: str | None = None,
) -> SegmentView:
    return SegmentView(
        id=1,
        speaker_id=speaker,
        start_sec=start,
        end_sec=end,
        content=content,
        confidence=None,
        role=role,
        name=name,
    )


def read_time(text: str) -> float:
    """Milliseconds of a written time."""
    hours, minutes, seconds, milliseconds = re.split("[:.,]", text)
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(milliseconds)


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "00:00:00,000"),
        (0.0004, "00:00:00,000"),
        (59.9996, "00:01:00,000"),
        (3599.9999, "01:00:00,000"),
        (3661.042, "01:01:01,042"),
        (360_000, "100:00:00,000"),
    ],
)
def test_times_of_srt(seconds: float, written: str) -> None:
    assert srt_time(seconds) == written
    assert vtt_time(seconds) == written.replace(",", ".")


@given(SECONDS)
def test_a_written_time_is_within_half_a_millisecond_and_well_formed(seconds: float) -> None:
    written = srt_time(seconds)

    assert re.fullmatch(r"\d{2,}:[0-5]\d:[0-5]\d,\d{3}", written)
    assert abs(read_time(written) - seconds * 1000) <= 0.5001


@given(SECONDS, SECONDS)
def test_times_keep_their_order(one: float, other: float) -> None:
    first, second = sorted([one, other])

    assert read_time(vtt_time(first)) <= read_time(vtt_time(second))


@pytest.mark.parametrize("seconds", [-0.001, float("nan")])
def test_what_is_no_time_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="at least 0"):
        srt_time(seconds)


@given(ANYTHING)
def test_text_of_webvtt_reads_back_and_holds_no_marks(content: str) -> None:
    written = vtt_text(content)

    assert not re.search(r"[<>]|\n\n|&(?!(amp|lt|gt);)", written)
    assert read_vtt(written) == content


@given(ANYTHING)
def test_text_of_srt_reads_back_and_holds_no_arrow(content: str) -> None:
    written = srt_text(content)

    assert "-->" not in written
    assert read_srt(written) == content


@given(ANYTHING)
def test_no_text_has_a_blank_line_which_would_end_its_cue(content: str) -> None:
    for written in (srt_text(content), vtt_text(content)):
        assert all(written.split("\n"))


@st.composite
def spoken(draw: st.DrawFn) -> list[SegmentView]:
    """Segments as a transcript has them: in order, each with a label."""
    starts = sorted(draw(st.lists(SECONDS, max_size=6)))
    return [
        segment(
            draw(ANYTHING),
            draw(st.sampled_from(Role)),
            draw(st.integers(1, 40)),
            start=start,
            end=start + draw(st.floats(0, 100)),
            name=draw(st.none() | NAMES),
        )
        for start in starts
    ]


@pytest.mark.parametrize(("write", "kind"), [(srt, Subtitles.SRT), (vtt, Subtitles.VTT)])
@given(spoken())
def test_what_is_exported_imports_to_equal_times_labels_and_texts(
    write: Callable[[Iterable[SegmentView]], Iterator[str]],
    kind: Subtitles,
    segments: list[SegmentView],
) -> None:
    cues = parse("".join(write(segments)), kind)

    assert [(each.label, each.text) for each in cues] == [(s.label, s.content) for s in segments]
    assert [(each.start, each.end) for each in cues] == [
        (round(s.start_sec * 1000), round(s.end_sec * 1000)) for s in segments
    ]


@given(st.lists(TEXTS, max_size=5))
def test_each_segment_is_one_cue(contents: list[str]) -> None:
    segments = [segment(content) for content in contents]

    for written, cues in (("".join(srt(segments)), 0), ("".join(vtt(segments)), 1)):
        assert len([block for block in written.split("\n\n") if block]) == cues + len(contents)
        assert written.count(" --> ") == len(contents)


def test_a_known_role_is_the_label() -> None:
    coach, client = segment("Hello.", Role.COACH), segment("Hi.", Role.CLIENT, 2)

    assert "<v Coach>Hello." in "".join(vtt([coach]))
    assert "Client: Hi." in "".join(srt([client]))
    assert "".join(txt([coach, client])) == "Coach: Hello.\nClient: Hi.\n"


def test_a_name_goes_before_the_role() -> None:
    anna = segment("Hello.", Role.COACH, name="Anna: the coach")

    assert "<v Anna: the coach>Hello." in "".join(vtt([anna]))
    assert "Anna&#58; the coach: Hello." in "".join(srt([anna]))


def test_tsv_has_milliseconds_and_no_cell_that_a_spreadsheet_computes() -> None:
    told = "".join(tsv([segment("=1+1\tand\nmore", Role.COACH, start=0.5, end=2.25)]))

    assert told == "start\tend\tspeaker\trole\ttext\n500\t2250\tCoach\tCOACH\t'=1+1 and more\n"
