"""Log lines: one JSON object each, with what was bound, and no local variable in a traceback."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from stenofleet.settings import LogSettings
from stenofleet.telemetry import bind, configure_logging


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def test_a_line_is_json_with_service_and_bound_fields(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("api", LogSettings())
    with bind(session_id="42"):
        logging.getLogger("library").info("hello %s", "you")
    line = json.loads(capsys.readouterr().out)
    assert line["event"] == "hello you"
    assert (line["service"], line["session_id"], line["level"]) == ("api", "42", "info")


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_shows_no_local_variable(capsys: pytest.CaptureFixture[str], form: str) -> None:
    configure_logging("api", LogSettings.model_validate({"log_format": form}))
    password = "hush"
    try:
        int(password[:0])
    except ValueError:
        structlog.get_logger("library").exception("it failed")
    printed = capsys.readouterr().out
    assert "ValueError" in printed
    assert password not in printed


def test_the_pool_of_a_worker_stands_in_every_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("worker", LogSettings(), "steno-core")
    logging.getLogger("library").info("hello")
    assert json.loads(capsys.readouterr().out)["pool"] == "steno-core"


def fail(message: str) -> None:
    raise ConnectionError(message)


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_url_s_password_is_masked_wherever_it_stands(
    capsys: pytest.CaptureFixture[str], form: str
) -> None:
    configure_logging("api", LogSettings.model_validate({"log_format": form}))
    url = "rediss://user:hu@sh-1@broker:6379/0"
    log = structlog.get_logger("library")
    log.warning("cannot reach %s", url, address=url)
    try:
        fail(url)
    except ConnectionError:
        log.exception("it failed")
    printed = capsys.readouterr().out
    assert "sh-1" not in printed
    assert printed.count("rediss://user:***@broker") == 3
