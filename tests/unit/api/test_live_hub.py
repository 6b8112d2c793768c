"""Who hears what, and what becomes of those who do not keep up."""

import asyncio
import uuid

import pytest
from stenofleet.contracts.events import EventName
from stenofleet.feed import Event
from stenofleet_api.events.hub import ROOM, Hub

SESSION, OTHER = uuid.uuid4(), uuid.uuid4()


def event(owner: str = "me", session: uuid.UUID = SESSION) -> Event:
    return Event(owner, session, EventName.DELETED, None)


def test_events_reach_the_owners_watchers_of_that_session_and_of_all() -> None:
    hub = Hub()

    async def heard() -> list[Event | None]:
        with (
            hub.watching("me", SESSION) as of_it,
            hub.watching("me") as of_all,
            hub.watching("me", OTHER) as of_another,
            hub.watching("you") as stranger,
        ):
            hub.dispatch(event())
            return [await each.next(0.01) for each in (of_it, of_all, of_another, stranger)]

    assert asyncio.run(heard()) == [event(), event(), None, None]


def test_a_watcher_that_falls_behind_is_ended_and_holds_up_nobody() -> None:
    hub = Hub()

    async def scene() -> None:
        with hub.watching("me") as slow:
            for _ in range(ROOM + 1):
                hub.dispatch(event())
            with pytest.raises(EOFError):
                await slow.next(0.01)
            with pytest.raises(EOFError):
                await slow.next(0.01)

    asyncio.run(scene())


def test_a_closed_hub_ends_those_who_wait() -> None:
    hub = Hub()

    async def scene() -> None:
        with hub.watching("me", SESSION) as watcher:
            waiting = asyncio.create_task(watcher.next(60))
            await asyncio.sleep(0)
            hub.close()
            with pytest.raises(EOFError):
                await waiting

    asyncio.run(scene())


def test_what_is_waited_for_is_known_while_somebody_watches() -> None:
    hub = Hub()
    with hub.watching("me", SESSION), hub.watching("you") as all_of_yours:
        all_of_yours.running.add(OTHER)
        assert hub.running() == {SESSION: "me", OTHER: "you"}
    assert hub.running() == {}
