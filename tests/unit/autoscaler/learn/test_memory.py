import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from stenofleet_autoscaler.learn.learned import Learned
from stenofleet_autoscaler.learn.memory import EVERY, KEY, MOST_BYTES, Memory, config_map_name

POOL = {"metadata": {"namespace": "shop", "name": "mail", "uid": "7"}}


class ConfigMaps:
    """What is stored, and how often it was written; it may be out of reach."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], Mapping[str, str]] = {}
        self.writes = 0
        self.away = False
        self.now = 1000.0

    async def load(self, namespace: str, name: str) -> Mapping[str, str] | None:
        if self.away:
            raise OSError("no route to the API server")
        return self.stored.get((namespace, name))

    async def save(
        self, namespace: str, name: str, owner: Mapping[str, Any], data: Mapping[str, str]
    ) -> None:
        if self.away:
            raise OSError("no route to the API server")
        assert owner is POOL
        self.stored[namespace, name] = data
        self.writes += 1

    def memory(self) -> Memory:
        return Memory(self.load, self.save, lambda: self.now)


def recalled(maps: ConfigMaps) -> Any:
    return asyncio.run(maps.memory().recall(POOL))


def test_what_was_kept_is_recalled_by_the_next_operator() -> None:
    async def story() -> None:
        memory = maps.memory()
        await memory.recall(POOL)
        maps.now += EVERY
        assert await memory.keep(POOL, {"a": 1})

    maps = ConfigMaps()
    asyncio.run(story())
    assert recalled(maps) == {"a": 1}
    assert list(maps.stored) == [("shop", "mail-learned")]


def test_it_is_written_at_most_every_five_minutes() -> None:
    async def story() -> None:
        memory = maps.memory()
        await memory.recall(POOL)
        for second in range(1000):
            maps.now += 1
            await memory.keep(POOL, {"a": second})

    maps = ConfigMaps()
    asyncio.run(story())
    assert maps.writes == 3


def test_what_did_not_change_is_not_written() -> None:
    async def story() -> None:
        memory = maps.memory()
        await memory.recall(POOL)
        for _ in range(10):
            maps.now += EVERY
            await memory.keep(POOL, {"a": 1})

    maps = ConfigMaps()
    asyncio.run(story())
    assert maps.writes == 1


def test_lost_leadership_is_written_at_once() -> None:
    async def story() -> None:
        memory = maps.memory()
        await memory.recall(POOL)
        assert await memory.keep(POOL, {"a": 1}, at_once=True)

    maps = ConfigMaps()
    asyncio.run(story())
    assert recalled(maps) == {"a": 1}


def test_what_could_not_be_read_is_never_overwritten() -> None:
    async def story() -> None:
        memory = maps.memory()
        maps.away = True
        with pytest.raises(OSError, match="no route"):
            await memory.recall(POOL)
        maps.away = False
        assert not memory.is_recalled(POOL)
        assert not await memory.keep(POOL, {"a": 2}, at_once=True)

    maps = ConfigMaps()
    maps.stored["shop", "mail-learned"] = {KEY: '{"a": 1}'}
    asyncio.run(story())
    assert recalled(maps) == {"a": 1}


def test_a_write_that_failed_is_done_later() -> None:
    async def story() -> None:
        memory = maps.memory()
        await memory.recall(POOL)
        maps.now, maps.away = maps.now + EVERY, True
        with pytest.raises(OSError, match="no route"):
            await memory.keep(POOL, {"a": 1})
        maps.now, maps.away = maps.now + EVERY, False
        assert await memory.keep(POOL, {"a": 1})

    maps = ConfigMaps()
    asyncio.run(story())
    assert recalled(maps) == {"a": 1}


@pytest.mark.parametrize("text", ["", "no json", "{"])
def test_what_cannot_be_read_is_a_new_beginning(text: str) -> None:
    maps = ConfigMaps()
    maps.stored["shop", "mail-learned"] = {KEY: text}
    assert recalled(maps) is None


def test_too_much_is_not_written() -> None:
    async def story() -> bool:
        memory = maps.memory()
        await memory.recall(POOL)
        return await memory.keep(POOL, "x" * MOST_BYTES, at_once=True)

    maps = ConfigMaps()
    assert not asyncio.run(story())


def test_the_most_that_can_be_learned_fits() -> None:
    learned = Learned()
    for number in range(300):
        for step in range(40):
            learned.durations.finished(f"{number:-^250}", 1.4**step, 1.3**step, 1.8e9)
    assert len(json.dumps(learned.to_dict())) < MOST_BYTES


def test_learned_durations_outlive_a_restart() -> None:
    before = Learned()
    before.durations.finished("mail", 2.0, None, 1.8e9)
    after = Learned.from_dict(json.loads(json.dumps(before.to_dict())))
    assert after.durations.expected("mail") == pytest.approx(2.0)
    assert after.figures()["tasks"]["mail"]["expectedSeconds"] == pytest.approx(2.0)


@pytest.mark.parametrize("told", [None, "x", {"version": 99}, {"version": 1, "durations": []}])
def test_garbage_was_never_learned(told: object) -> None:
    assert Learned.from_dict(told).durations.mean() is None


def test_a_pools_long_name_gives_a_config_map_of_its_own() -> None:
    names = {config_map_name("x" * 250), config_map_name("x" * 249 + "y")}
    assert len(names) == 2
    assert all(len(name) <= 253 for name in names)
