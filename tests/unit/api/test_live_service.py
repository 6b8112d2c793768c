"""What a client hears while its session goes on."""

import asyncio
import uuid

import pytest
from stenofleet.contracts.events import EventName
from stenofleet.contracts.states import SessionState
from stenofleet.feed import Event
from stenofleet_api.events import service
from stenofleet_api.events.hub import Hub
from stenofleet_api.events.seen import Seen
from stenofleet_api.events.service import Told
from support.told_progress import progress

SESSION = uuid.uuid4()
BEGUN = progress(SESSION, SessionState.PROCESSING, 40)


def test_events_that_are_no_news_keep_no_heartbeat_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "HEARTBEAT_SECONDS", 0.2)
    hub, seen = Hub(), Seen()
    seen.passes(SESSION, BEGUN)

    async def the_same_again() -> None:
        while True:
            hub.dispatch(Event("me", SESSION, EventName.PROGRESS, BEGUN))
            await asyncio.sleep(0.02)

    async def heard_next() -> Told:
        with hub.watching("me", SESSION) as watcher:
            again = asyncio.create_task(the_same_again())
            try:
                return await asyncio.wait_for(anext(service.live(watcher, seen)), 30)
            finally:
                again.cancel()

    assert asyncio.run(heard_next()) == Told()
