import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet.broker import parse_delivery, parse_message


def envelope(**headers: Any) -> dict[str, Any]:
    return {
        "body": "W10=",
        "headers": {"id": "a1", "task": "mail.send", **headers},
        "properties": {"correlation_id": "a1", "delivery_info": {}},
    }


def test_a_message_tells_its_task_and_when_it_was_enqueued() -> None:
    message = parse_message(json.dumps(envelope(sf_enqueued_at=1_700_000_000_500)))
    assert message is not None
    assert (message.task_id, message.task) == ("a1", "mail.send")
    assert message.enqueued_at == 1_700_000_000.5
    assert message.eta is None


@pytest.mark.parametrize(
    "eta", ["2026-03-01T12:00:00+00:00", "2026-03-01T12:00:00", "2026-03-01T14:00:00+02:00"]
)
def test_an_eta_without_an_offset_is_in_utc(eta: str) -> None:
    message = parse_message(json.dumps(envelope(eta=eta)))
    assert message is not None
    assert message.eta == datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("nonsense", ["soon", True, None, [1], {"at": 1}])
def test_a_header_that_is_no_time_is_unknown_not_zero(nonsense: Any) -> None:
    message = parse_message(json.dumps(envelope(sf_enqueued_at=nonsense, eta=nonsense)))
    assert message is not None
    assert message.enqueued_at is None
    assert message.eta is None


def test_a_delivery_tells_where_its_message_came_from() -> None:
    delivery = parse_delivery(json.dumps([envelope(), "mail", "mail.high"]))
    assert delivery is not None
    assert (delivery.exchange, delivery.routing_key) == ("mail", "mail.high")
    assert delivery.message.task_id == "a1"


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe", b"[]", b"{}", b'{"headers": 1}', b"null", b"[" * 100_000]
)
def test_what_is_no_message_is_none(raw: bytes) -> None:
    assert parse_message(raw) is None
    assert parse_delivery(raw) is None


@given(st.binary())
def test_no_bytes_at_all_make_the_parser_fail(raw: bytes) -> None:
    assert parse_message(raw) is None or raw.startswith(b"{")
    assert parse_delivery(raw) is None or raw.startswith(b"[")
