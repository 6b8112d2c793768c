"""What a request in OpenAI's manner may ask for, and how it is refused."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_api.openai.errors import InvalidParameter, UnsupportedParameter
from stenofleet_api.openai.fields import FIELD_BYTES, MAX_FIELDS, Fields
from stenofleet_api.openai.models import MODELS
from stenofleet_api.openai.parameters import Parameters, ResponseFormat
from stenofleet_api.uploads.form import Part


def part(name: str, value: bytes) -> Part:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(value), 7):
            yield value[start : start + 7]

    return Part(name, None, chunks())


def fields(*given_fields: tuple[str, str]) -> Fields:
    async def taken() -> Fields:
        found = Fields()
        for name, value in given_fields:
            await found.take(part(name, value.encode()))
        return found

    return asyncio.run(taken())


def read(*given_fields: tuple[str, str]) -> Parameters:
    return fields(("model", "whisper-1"), *given_fields).read()


def refused(*given_fields: tuple[str, str]) -> dict[str, Any]:
    with pytest.raises(InvalidParameter) as raised:
        read(*given_fields)
    [error] = raised.value.members["errors"]
    assert isinstance(error, dict)
    return error


def test_a_request_with_a_model_alone_asks_for_text_in_json() -> None:
    asked = read()
    assert asked.response_format is ResponseFormat.JSON
    assert asked.language == "auto"
    assert not asked.stream
    assert not asked.options().word_times
    assert not asked.options().diarize


def test_brackets_gather_a_list() -> None:
    asked = read(
        ("response_format", "verbose_json"),
        ("timestamp_granularities[]", "word"),
        ("timestamp_granularities[]", "segment"),
        ("keywords[]", "Stenofleet"),
    )
    assert asked.words
    assert asked.segments
    assert asked.options().word_times
    assert asked.options().vocabulary == ("Stenofleet",)


def test_words_alone_come_without_segments() -> None:
    asked = read(("response_format", "verbose_json"), ("timestamp_granularities[]", "word"))
    assert asked.words
    assert not asked.segments


def test_only_diarized_json_asks_for_speakers() -> None:
    asked = {form: read(("response_format", form)).options().diarize for form in ResponseFormat}
    assert [form for form, diarize in asked.items() if diarize] == [ResponseFormat.DIARIZED_JSON]


def test_temperature_0_leaves_the_temperature_to_whisper() -> None:
    assert read(("temperature", "0")).options().temperature is None
    assert read(("temperature", "0.4")).options().temperature == 0.4


def test_a_field_without_a_value_is_left_out() -> None:
    assert read(("language", ""), ("prompt", ""), ("temperature", "")) == read()


@pytest.mark.parametrize(
    "name", ["include[]", "known_speaker_names[]", "languages[]", "user", "best_of"]
)
def test_an_unsupported_parameter_is_named(name: str) -> None:
    with pytest.raises(UnsupportedParameter) as raised:
        fields((name, "x"))
    assert raised.value.status == 400
    assert raised.value.members["errors"][0]["field"] == f"body.{name}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("response_format", "docx"),
        ("temperature", "2"),
        ("temperature", "nan"),
        ("stream", "perhaps"),
        ("language", "English please"),
        ("language", "tlh"),
        ("timestamp_granularities", "syllable"),
        ("chunking_strategy", '{"type": "server_vad"}'),
        ("prompt", "x" * 1001),
        ("model", "gpt-none"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    assert refused((name, value))["field"] == f"body.{name}"


def test_an_unknown_language_is_told_with_those_that_are_known() -> None:
    assert "de, el, en" in refused(("language", "tlh"))["expected"]


def test_an_unknown_model_is_told_with_those_that_are_known() -> None:
    assert ", ".join(MODELS) in refused(("model", "gpt-none"))["expected"]


def test_a_request_without_a_model_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="model: Field required, got nothing"):
        fields(("stream", "true")).read()


def test_granularities_need_verbose_json() -> None:
    told = refused(("timestamp_granularities[]", "word"), ("response_format", "srt"))
    assert told["field"] == "body.timestamp_granularities[]"


@pytest.mark.parametrize("form", ["srt", "vtt", "verbose_json"])
def test_what_events_cannot_tell_is_not_streamed(form: str) -> None:
    assert refused(("stream", "true"), ("response_format", form))["field"] == "body.stream"


def test_what_is_wrong_by_itself_is_refused_before_all_fields_are_there() -> None:
    with pytest.raises(InvalidParameter, match="temperature"):
        fields(("temperature", "9")).refuse_wrong()
    fields(("timestamp_granularities[]", "word")).refuse_wrong()


def test_a_long_field_is_refused() -> None:
    with pytest.raises(InvalidParameter, match=f"prompt: at most {FIELD_BYTES} bytes"):
        fields(("prompt", "x" * (FIELD_BYTES + 1)))


def test_endless_fields_are_refused() -> None:
    with pytest.raises(InvalidParameter, match=f"at most {MAX_FIELDS} fields"):
        fields(*[("keywords[]", "")] * (MAX_FIELDS + 1))


def test_bytes_that_are_no_text_are_refused() -> None:
    async def take() -> None:
        await Fields().take(part("prompt", b"\xff"))

    with pytest.raises(InvalidParameter, match="prompt: text in UTF-8"):
        asyncio.run(take())


@given(st.sampled_from(["json", "text", "srt", "vtt"]), st.booleans())
def test_the_form_of_the_answer_makes_no_other_request(form: str, stream: bool) -> None:  # noqa: FBT001
    asked = read(("response_format", form))
    assert asked.fingerprint("a") == read().fingerprint("a")
    if stream and form in {"json", "text"}:
        assert read(("stream", "true")).fingerprint("a") == read().fingerprint("a")


@pytest.mark.parametrize(
    "field",
    [
        ("language", "de"),
        ("prompt", "Stenofleet"),
        ("temperature", "0.5"),
        ("response_format", "diarized_json"),
    ],
)
def test_what_shapes_the_transcript_makes_another_request(field: tuple[str, str]) -> None:
    assert read(field).fingerprint("a") != read().fingerprint("a")
    assert read().fingerprint("b") != read().fingerprint("a")
