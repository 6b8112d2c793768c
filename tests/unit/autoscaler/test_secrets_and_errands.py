import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.act.errands import Errands
from stenofleet_autoscaler.act.errors import NoReply
from stenofleet_autoscaler.decide.window import Window
from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.sense.secrets import (
    NOT_READ_YET,
    REREAD_AFTER,
    RETRY_AFTER,
    Secrets,
)
from stenofleet_autoscaler.spec import SecretRef

REF = SecretRef(name="redis", key="url")


class Vault:
    """An API server with one Secret, or trouble."""

    def __init__(self) -> None:
        self.says: str | Unseen = "redis://one"
        self.now = 0.0

    async def read(self, _namespace: str, _ref: SecretRef) -> str:
        if isinstance(self.says, Unseen):
            raise self.says
        return self.says


def asked(scenario: Callable[[Vault, Secrets], Awaitable[None]]) -> None:
    vault = Vault()
    asyncio.run(_awaited(scenario(vault, Secrets(vault.read, lambda: vault.now))))


async def _awaited(what: Awaitable[None]) -> None:
    await what


async def value(secrets: Secrets) -> str:
    """As a tick sees it once that which it started has been read."""
    with suppress(Unseen):
        secrets.value("shop", REF)
    await secrets.settled()
    return secrets.value("shop", REF)


def test_a_tick_does_not_wait_for_a_secret_that_was_not_read_yet() -> None:
    async def scenario(_vault: Vault, secrets: Secrets) -> None:
        with pytest.raises(Unseen, match=NOT_READ_YET):
            secrets.value("shop", REF)
        await secrets.settled()
        assert secrets.value("shop", REF) == "redis://one"

    asked(scenario)


def test_a_changed_secret_is_followed_within_its_time() -> None:
    async def scenario(vault: Vault, secrets: Secrets) -> None:
        assert await value(secrets) == "redis://one"
        vault.says = "redis://two"
        vault.now = REREAD_AFTER
        assert await value(secrets) == "redis://one"
        vault.now = REREAD_AFTER + 1
        assert await value(secrets) == "redis://two"

    asked(scenario)


def test_a_url_that_the_broker_refused_is_read_again_soon() -> None:
    async def scenario(vault: Vault, secrets: Secrets) -> None:
        vault.now = 100.0
        await value(secrets)
        vault.says = "redis://two"
        secrets.distrust("shop", REF)
        vault.now += RETRY_AFTER + 1
        assert await value(secrets) == "redis://two"

    asked(scenario)


def test_a_secret_that_is_gone_is_trouble_and_one_that_comes_is_found() -> None:
    async def scenario(vault: Vault, secrets: Secrets) -> None:
        vault.says = Unseen("SecretNotFound", "there is no Secret redis")
        with pytest.raises(Unseen, match="SecretNotFound"):
            await value(secrets)
        vault.says = "redis://one"
        vault.now = RETRY_AFTER + 1
        assert await value(secrets) == "redis://one"

    asked(scenario)


def test_a_known_url_outlives_an_api_server_that_does_not_answer() -> None:
    async def scenario(vault: Vault, secrets: Secrets) -> None:
        await value(secrets)
        vault.says = Unseen("APIUnreachable", "the API server did not answer")
        vault.now = REREAD_AFTER + 1
        assert await value(secrets) == "redis://one"

    asked(scenario)


def test_a_pod_has_one_errand_at_a_time_and_a_failed_one_frees_it() -> None:
    done: list[str] = []

    async def errand(name: str, gate: asyncio.Event) -> None:
        await gate.wait()
        done.append(name)
        raise NoReply("nobody there")

    async def all_of(count: int) -> None:
        for _ in range(1000):
            await asyncio.sleep(0)
        assert len(done) == count

    async def scenario() -> None:
        errands, gate = Errands(), asyncio.Event()
        errands.start("w-1", errand("first", gate))
        errands.start("w-1", errand("second", gate))
        errands.start("w-2", errand("other", gate))
        gate.set()
        await all_of(2)
        errands.start("w-1", errand("third", gate))
        await all_of(3)

    asyncio.run(scenario())
    assert sorted(done) == ["first", "other", "third"]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 50)), min_size=1),
    st.integers(0, 30),
    st.booleans(),
)
def test_a_window_gives_the_extreme_of_the_values_in_it(
    steps: list[tuple[int, int]],
    length: int,
    largest: bool,  # noqa: FBT001 - hypothesis passes it by position
) -> None:
    window, now, history = Window(largest=largest), 0.0, []
    for passed, value in steps:
        now += passed
        history.append((now, value))
        inside = [kept for at, kept in history if at >= now - length]
        assert window.push(now, value, length) == (max if largest else min)(inside)
