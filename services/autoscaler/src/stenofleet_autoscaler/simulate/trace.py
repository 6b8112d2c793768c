"""A trace: what work came when, as lines of JSON. docs/simulator.md describes the format."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

Moment = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Length = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class TraceError(Exception):
    """A trace that cannot be read: file, line, field, what was expected and what came."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it comes into the queue.

    Attributes:
        at: when it was enqueued, in seconds since the trace's beginning.
        name: its task name.
        seconds: how long it runs.
        priority: of the step values; the lowest is served first, as in kombu's Redis transport.
        work: what the header ``sf_work_seconds`` says; None without it.
        poison: its worker's container dies of it, `seconds` after its start.
    """

    at: float
    name: str
    seconds: float
    priority: int = 0
    work: float | None = None
    poison: bool = False


@dataclass(frozen=True)
class Trace:
    """Work over time.

    Attributes:
        tasks: by the time at which they come.
        outages: the broker's absences, as (begin, end) in seconds.
    """

    tasks: tuple[Task, ...]
    outages: tuple[tuple[float, float], ...] = field(default=())

    @property
    def length(self) -> float:
        """Seconds until the last task came, or the last outage ended."""
        ends = [self.tasks[-1].at] if self.tasks else []
        return max(ends + [end for _, end in self.outages], default=0.0)


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Header(_Line):
    """The first line. `start` is seconds since the epoch; all other times count from it."""

    type: Literal["trace"] = "trace"
    version: Literal[1] = 1
    start: Moment = 0.0


class TaskLine(_Line):
    """`count` tasks that were enqueued; without `seconds` their durations come from finishes."""

    type: Literal["task"] = "task"
    at: Moment
    task: Annotated[str, Field(min_length=1)]
    seconds: Length | None = None
    count: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    priority: Annotated[int, Field(ge=0)] = 0
    work: Length | None = None
    poison: bool = False


class FinishLine(_Line):
    """A task that ended after `seconds`."""

    type: Literal["finished"] = "finished"
    at: Moment
    task: Annotated[str, Field(min_length=1)]
    seconds: Length
    work: Length | None = None


class DepthLine(_Line):
    """Tasks queued at that moment: to compare a simulation with; nothing is computed from it."""

    type: Literal["depth"] = "depth"
    at: Moment
    queued: Annotated[int, Field(ge=0)]


class OutageLine(_Line):
    """The broker was away for `seconds`."""

    type: Literal["outage"] = "outage"
    at: Moment
    seconds: Length


Line = Annotated[
    Header | TaskLine | FinishLine | DepthLine | OutageLine, Field(discriminator="type")
]
_LINE: TypeAdapter[Any] = TypeAdapter(Line)


def read(path: Path) -> Trace:
    """The trace in the file.

    Raises:
        TraceError: naming the line, the field, what was expected and what came.
        OSError: the file cannot be opened.
    """
    with path.open(encoding="utf-8", errors="replace") as file:
        lines = list(_parsed(file, path.name))
    if not lines or not isinstance(lines[0], Header):
        raise TraceError(f'{path.name}, line 1: expected {{"type": "trace", "version": 1}}')
    return _assembled(lines)


def write(trace: Trace, path: Path) -> None:
    """Writes the trace into the file."""
    outages = [OutageLine(at=begin, seconds=end - begin) for begin, end in trace.outages]
    lines: list[BaseModel] = [Header(), *outages, *map(_line_of, trace.tasks)]
    with path.open("w", encoding="utf-8") as file:
        file.writelines(text_of(line) + "\n" for line in lines)


def text_of(line: BaseModel) -> str:
    """The line as JSON, with its type first and without what is as by default."""
    text = line.model_dump_json(exclude_defaults=True)
    kind = f'{{"type":"{line.type}"'  # type: ignore[attr-defined] # every line has one
    version = ',"version":1' if isinstance(line, Header) else ""
    return kind + version + ("," if text != "{}" else "") + text[1:]


def _line_of(task: Task) -> TaskLine:
    return TaskLine(
        at=task.at,
        task=task.name,
        seconds=task.seconds,
        priority=task.priority,
        work=task.work,
        poison=task.poison,
    )


def _parsed(file: Iterable[str], name: str) -> Iterator[Any]:
    for number, text in enumerate(file, 1):
        if text.strip():
            try:
                yield _LINE.validate_json(text)
            except ValidationError as error:
                raise TraceError(f"{name}, line {number}: {_sentence(error)}") from None


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]]
    where = f"field {place[-1]}" if len(place) > 1 else "the line"
    return f"{where}: {first['msg']}, got {repr(first['input'])[:100]}"


def _assembled(lines: Sequence[Any]) -> Trace:
    durations = _Durations([line for line in lines if isinstance(line, FinishLine)])
    tasks = [
        task for line in lines if isinstance(line, TaskLine) for task in _tasks_of(line, durations)
    ]
    outages = [(x.at, x.at + x.seconds) for x in lines if isinstance(x, OutageLine)]
    return Trace(tuple(sorted(tasks, key=lambda task: task.at)), tuple(sorted(outages)))


def _tasks_of(line: TaskLine, durations: "_Durations") -> Iterator[Task]:
    for _ in range(line.count):
        seconds = line.seconds or durations.next_of(line.task)
        yield Task(line.at, line.task, seconds, line.priority, line.work, line.poison)


class _Durations:
    """Durations for arrivals that have none: those of the finishes of their name, in turn."""

    UNKNOWN = 1.0
    """Seconds of a task of whose name none ever finished, in a trace without any finish."""

    def __init__(self, finishes: Sequence[FinishLine]) -> None:
        self._by_name: dict[str, list[float]] = {}
        for line in finishes:
            self._by_name.setdefault(line.task, []).append(line.seconds)
        self._given: dict[str, int] = {}
        every = [line.seconds for line in finishes]
        self._mean = sum(every) / len(every) if every else self.UNKNOWN

    def next_of(self, name: str) -> float:
        known = self._by_name.get(name)
        if not known:
            return self._mean
        turn = self._given[name] = self._given.get(name, -1) + 1
        return known[turn % len(known)]
