"""Corrections of the text, undone and found again."""

from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker
from support.api import SESSIONS, Api, complete, is_problem

LINES = [(1, 0.0, 2.0, "How was your weak?"), (2, 2.0, 4.0, "Good: 100% _fine_.")]


@pytest.fixture
def session(api: Api, database: sessionmaker[Session]) -> str:
    made = api.create("Monday")
    complete(database, made, LINES)
    return made


def ids(api: Api, session: str) -> list[int]:
    return [each["id"] for each in api.get(session, "transcript").json()["segments"]]


def texts(api: Api, session: str) -> list[str]:
    return [each["content"] for each in api.get(session, "transcript").json()["segments"]]


def correct(api: Api, session: str, contents: dict[Any, str]) -> Any:
    body = {"segment_content": {str(key): value for key, value in contents.items()}}
    return api.client.patch(f"{SESSIONS}/{session}/segment-content", json=body)


def undo(api: Api, session: str, **body: Any) -> Any:
    return api.client.post(f"{SESSIONS}/{session}/segment-content/undo", json=body)


def test_a_correction_stands_in_every_export_and_in_the_history(api: Api, session: str) -> None:
    first, second = ids(api, session)

    answer = correct(api, session, {first: "How was your week?", second: LINES[1][3]})

    assert answer.status_code == 200, answer.text
    [edit] = answer.json()["edits"]
    assert (edit["segment_id"], edit["before"]) == (first, "How was your weak?")
    assert api.get(session, "segment-content").json()["edits"] == [edit]
    for form in ("srt", "vtt", "txt", "tsv"):
        told = api.get(session, "transcript", params={"format": form}).text
        assert "How was your week?" in told
        assert "weak" not in told


def test_undo_takes_back_a_request_and_then_the_one_before(api: Api, session: str) -> None:
    first, second = ids(api, session)
    correct(api, session, {first: "a", second: "b"})
    correct(api, session, {first: "c"})

    assert [each["after"] for each in undo(api, session).json()["edits"]] == ["c"]
    assert texts(api, session) == ["a", "b"]
    assert len(undo(api, session).json()["edits"]) == 2
    assert texts(api, session) == [LINES[0][3], LINES[1][3]]
    is_problem(undo(api, session), 409, "nothing-to-undo", session)


def test_a_segment_s_own_last_correction_is_undone_by_its_id(api: Api, session: str) -> None:
    first, second = ids(api, session)
    correct(api, session, {first: "a", second: "b"})
    correct(api, session, {second: "c"})

    undo(api, session, segment_id=first)

    assert texts(api, session) == [LINES[0][3], "c"]


def test_another_s_segment_changes_nothing(
    api: Api, database: sessionmaker[Session], session: str
) -> None:
    other = api.create()
    complete(database, other, LINES)
    [strange, _], [mine, _] = ids(api, other), ids(api, session)

    answer = correct(api, session, {mine: "x", strange: "y"})

    is_problem(answer, 422, "invalid-request", f"body.segment_content.{strange}", session)
    assert texts(api, session)[0] == LINES[0][3]
    assert texts(api, other)[0] == LINES[0][3]


def found(api: Api, words: str, **more: Any) -> list[tuple[str, str]]:
    answer = api.client.get("/api/v1/search", params={"q": words, **more})
    assert answer.status_code == 200, answer.text
    return [(each["session_id"], each["content"]) for each in answer.json()["items"]]


def test_what_was_said_is_found_by_words_as_people_search(api: Api, session: str) -> None:
    assert found(api, "WEAK") == [(session, LINES[0][3])]
    assert found(api, '"was your"') == [(session, LINES[0][3])]
    assert found(api, "weak or good") == [(session, LINES[0][3]), (session, LINES[1][3])]
    assert found(api, "your -weak") == []
    assert found(api, "100% _f") == [(session, LINES[1][3])]
    assert found(api, "%") == [(session, LINES[1][3])]
    correct(api, session, {ids(api, session)[0]: "How was your week?"})
    assert found(api, "weak") == []
    assert found(api, "week") == [(session, "How was your week?")]


def test_languages_without_spaces_are_searched_too(
    api: Api, database: sessionmaker[Session]
) -> None:
    session = api.create(language="zh-TW")
    complete(database, session, [(1, 0.0, 2.0, "你這個星期過得怎麼樣")])
    assert found(api, "星期") == [(session, "你這個星期過得怎麼樣")]
    assert found(api, "月") == []


def test_hits_come_page_by_page(api: Api, database: sessionmaker[Session]) -> None:
    session = api.create()
    complete(database, session, [(1, at, at + 1, f"word {at}") for at in range(5)])
    first = api.client.get("/api/v1/search", params={"q": "word", "limit": 3}).json()
    rest = api.client.get("/api/v1/search", params={"q": "word", "limit": 3, "offset": 3}).json()
    assert [each["content"] for each in first["items"] + rest["items"]] == [
        f"word {at}" for at in range(5)
    ]
    assert (first["more"], rest["more"]) == (True, False)


@pytest.mark.parametrize("words", ["", " ", "a\x00b", "x" * 301])
def test_what_nobody_can_say_is_refused(api: Api, words: str) -> None:
    answer = api.client.get("/api/v1/search", params={"q": words})
    is_problem(answer, 422, "invalid-request", "query.q")
