"""Tags of people and codes of Google."""

import pytest
from stenofleet_worker.errors import UnsupportedLanguage
from stenofleet_worker.google.languages import bcp47, google_code, joiner


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("auto", "auto"),
        ("en", "en-US"),
        ("EN-gb", "en-GB"),
        ("de", "de-DE"),
        ("pt", "pt-BR"),
        ("zh", "cmn-Hans-CN"),
        ("zh-TW", "cmn-Hant-TW"),
        ("zh_hk", "yue-Hant-HK"),
        ("he", "iw-IL"),
        ("fil", "fil"),
    ],
)
def test_a_tag_becomes_googles_code(tag: str, code: str) -> None:
    assert google_code(tag) == code


def test_the_locations_own_spelling_counts() -> None:
    assert google_code("es", ["es-US", "es-es"]) == "es-es"


def test_another_region_of_the_language_is_better_than_none() -> None:
    assert google_code("es-AR", ["es-US", "fr-FR"]) == "es-US"


def test_an_unknown_language_is_refused_with_a_list() -> None:
    with pytest.raises(UnsupportedLanguage, match="auto or one of en-US, fr-FR, got 'xx'"):
        google_code("xx", ["fr-FR", "en-US"])


def test_googles_answer_gets_its_capitals() -> None:
    assert [bcp47(code) for code in ("en-us", "cmn-hans-cn", "")] == ["en-US", "cmn-Hans-CN", None]


def test_words_of_languages_without_spaces_are_joined_without_any() -> None:
    assert [joiner(code) for code in ("en-US", "ja-JP", "cmn-Hans-CN", "")] == [" ", "", "", " "]
