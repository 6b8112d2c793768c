"""The ways between a session's states."""

import pytest
from stenofleet.contracts.states import ALLOWED, SessionState, may_become


def test_every_state_has_its_ways() -> None:
    assert set(ALLOWED) == set(SessionState)


@pytest.mark.parametrize("state", SessionState)
def test_no_state_becomes_itself(state: SessionState) -> None:
    assert not may_become(state, state)


def test_a_finished_session_cannot_be_cancelled() -> None:
    assert not may_become(SessionState.COMPLETED, SessionState.CANCELLED)


@pytest.mark.parametrize(
    "state", [SessionState.UPLOADING, SessionState.PENDING, SessionState.PROCESSING]
)
def test_an_unfinished_session_can_be_cancelled(state: SessionState) -> None:
    assert may_become(state, SessionState.CANCELLED)
