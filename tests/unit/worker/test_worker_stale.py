import json
from typing import Any

import pytest
from stenofleet_worker.stale import _is_void


def _delivery(task_id: str, **headers: Any) -> bytes:
    envelope = {"headers": {"id": task_id, "task": "t", **headers}, "properties": {}, "body": ""}
    return json.dumps([envelope, "", "transcription"]).encode()


@pytest.mark.parametrize(
    ("headers", "void"),
    [
        ({"sf_attempt": 1}, True),
        ({"sf_attempt": 2}, True),
        ({"sf_attempt": 2, "sf_delivery": 2}, True),
        ({"sf_attempt": 2, "sf_delivery": 3}, False),
        ({"sf_attempt": 3, "sf_delivery": 1}, False),
        ({"sf_attempt": "2"}, False),
        ({}, False),
    ],
)
def test_only_earlier_sendings_of_the_same_task_are_void(
    headers: dict[str, Any], *, void: bool
) -> None:
    assert _is_void(_delivery("mine", **headers), {"mine": (2, 3)}) is void
    assert not _is_void(_delivery("other", **headers), {"mine": (2, 3)})


def test_what_is_no_delivery_is_left_alone() -> None:
    assert not _is_void(b"nonsense", {"mine": (2, 3)})
