"""Steps that try something, and their results, which are told in the same way everywhere."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from redis import RedisError
from redis.exceptions import AuthenticationError, NoPermissionError, OutOfMemoryError
from redis.exceptions import TimeoutError as NoAnswer

from stenofleet.errors import SettingsError, StenofleetError


class Trouble(StenofleetError):  # noqa: N818 - reads as what it says in an except clause
    """A step that failed: the cause, and what to try next."""

    def __init__(self, cause: str, then: str) -> None:
        """Both are sentences without their ends."""
        super().__init__(cause)
        self.then = then


@dataclass(frozen=True)
class Step:
    """Something to be tried.

    Attributes:
        title: what is true when it goes well.
        run: returns what was seen, or raises Trouble, SettingsError or RedisError.
        needs: titles of steps before; where one of them did not go well, this one is left out,
            for it would only tell the same once more.
    """

    title: str
    run: Callable[[], str]
    needs: tuple[str, ...] = ()


class State(StrEnum):
    """How a step went."""

    DONE = "ok"
    FAILED = "failed"
    LEFT_OUT = "not tried"


SIGNS: Final = {State.DONE: "✓", State.FAILED: "✗", State.LEFT_OUT: "-"}


@dataclass(frozen=True)
class Result:
    """How a step went.

    Attributes:
        text: what was seen, the cause of the failure, or the step that it waits for.
        then: what to try next; only of one that failed.
    """

    title: str
    state: State
    text: str
    then: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether it was tried and went well."""
        return self.state is State.DONE

    def lines(self) -> list[str]:
        """For people."""
        head = f"{SIGNS[self.state]} {self.title}: {self.text}"
        return [head] if self.then is None else [head, f"  next: {self.then}"]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        shown = "seen" if self.is_good else "cause"
        told = {"title": self.title, "state": self.state.value, shown: self.text}
        return told if self.then is None else {**told, "next": self.then}


def results(steps: Iterable[Step], address: str) -> Iterator[Result]:
    """Tries one after the other at a Redis of this address, which holds no password."""
    bad: set[str] = set()
    for step in steps:
        result = _tried(step, address, bad)
        if not result.is_good:
            bad.add(step.title)
        yield result


def told(error: RedisError, address: str) -> Trouble:
    """What an error of Redis means at this address."""
    match error:
        case AuthenticationError():
            return Trouble(
                str(error), "check REDIS_PASSWORD, or the user and password in REDIS_URL"
            )
        case NoPermissionError():
            then = "log in as a user who may, as workers do: see the user in REDIS_URL"
            return Trouble(str(error), then)
        case OutOfMemoryError():
            then = "have workers empty the queues, or raise maxmemory (CONFIG SET maxmemory)"
            return Trouble("Redis has no memory left", then)
        case NoAnswer():
            then = "check firewalls and network policies on the way, and whether it needs rediss://"
            return Trouble(f"nothing answers at {address}", then)
        case _:
            then = "check that Redis runs there; REDIS_URL, or REDIS_HOST and REDIS_PORT, say where"
            return Trouble(f"{address}: {error}", then)


@contextmanager
def redis_told(address: str) -> Iterator[None]:
    """Makes errors of Redis at this address Troubles."""
    try:
        yield
    except RedisError as error:
        raise told(error, address) from None


def _tried(step: Step, address: str, bad: set[str]) -> Result:
    if lacking := [title for title in step.needs if title in bad]:
        return Result(step.title, State.LEFT_OUT, f"not tried, for it needs: {lacking[0]}")
    try:
        return Result(step.title, State.DONE, step.run())
    except RedisError as error:
        return _failed(step, told(error, address))
    except SettingsError as error:
        return _failed(step, Trouble(str(error), "mend it in the environment, or in .env"))
    except Trouble as trouble:
        return _failed(step, trouble)


def _failed(step: Step, trouble: Trouble) -> Result:
    return Result(step.title, State.FAILED, str(trouble), trouble.then)
