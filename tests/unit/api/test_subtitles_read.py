"""Subtitles made by others, and files that are none."""

import pytest
from stenofleet.contracts.roles import Role
from stenofleet_api.imports.cues import Cue, Subtitles, kind_of, parse
from stenofleet_api.imports.errors import InvalidSubtitles
from stenofleet_api.imports.speakers import Cast

VTT = """\ufeffWEBVTT - made elsewhere

NOTE
a comment --- of two lines

STYLE
::cue { color: lime }

intro
00:01.000 --> 00:02.500 align:start position:10%
<v.loud Anna>Hello &amp; <i>welcome</i></v>

01:00:00.000 --> 01:00:00.000
Nobody: is named here"""

SRT = """1
00:00:01,000 --> 00:00:02,500
Well: then

00:00:02.500 --> 00:00:03,000
Go.
""".replace("\n", "\r\n")


def test_webvtt_of_others_is_read_without_what_is_only_for_looks() -> None:
    assert kind_of(VTT) is Subtitles.VTT
    assert parse(VTT, Subtitles.VTT) == [
        Cue(1000, 2500, "Hello & welcome", "Anna"),
        Cue(3_600_000, 3_600_000, "Nobody: is named here"),
    ]


def test_a_colon_is_speech_unless_every_cue_of_an_srt_has_a_label() -> None:
    assert kind_of(SRT) is Subtitles.SRT
    assert parse(SRT, Subtitles.SRT) == [Cue(1000, 2500, "Well: then"), Cue(2500, 3000, "Go.")]
    labelled = SRT.replace("Go.", "Anna: Go.")
    assert [each.label for each in parse(labelled, Subtitles.SRT)] == ["Well", "Anna"]


def test_nothing_is_an_empty_srt_and_no_webvtt() -> None:
    assert parse("\n\n", Subtitles.SRT) == []
    with pytest.raises(InvalidSubtitles, match="line 1: expected WEBVTT, got ''"):
        parse("", Subtitles.VTT)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("1\n00:00:01 --> 00:00:02\nHi", 2, "expected times as"),
        ("1\n00:00:01,000 -> 00:00:02,000\nHi", 2, "expected times as"),
        ("1\n00:00:03,000 --> 00:00:02,000\nHi", 2, "an end not before the start"),
        ("1\n00:61:00,000 --> 01:02:00,000\nHi", 2, "up to 59, got 61:00"),
        ("Hi", 1, "a cue's number or its times, got 'Hi'"),
        ("7", 1, "expected times as 00:00:01.000 --> 00:00:02.500, got ''"),
        (
            "1\n00:00:05,000 --> 00:00:06,000\nA\n\n2\n00:00:01,000 --> 00:00:02,000\nB",
            6,
            "a start not before the last cue's, got 1000 ms",
        ),
    ],
)
def test_a_broken_line_is_told_with_its_number_and_what_was_expected(
    text: str, line: int, reason: str
) -> None:
    with pytest.raises(InvalidSubtitles) as raised:
        parse(text, Subtitles.SRT)
    assert raised.value.members["line"] == line
    assert reason in raised.value.detail


def test_numbers_stay_and_roles_and_names_get_free_ones() -> None:
    cast = Cast.of(["Coach", "Speaker 2", None, "Anna", "Coach"])

    labels = ("Coach", "Speaker 2", None, "Anna")
    assert [cast.speaker(label) for label in labels] == [1, 2, 3, 4]
    assert cast.roles == {1: Role.COACH}
    assert cast.names == {4: "Anna"}
