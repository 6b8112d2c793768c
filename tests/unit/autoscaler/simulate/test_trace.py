"""Traces as files: what is written is read back, and what is broken is named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.simulate.trace import Task, Trace, TraceError, read, write

HEADER = '{"type": "trace", "version": 1}\n'

moments = st.floats(0, 1e6)
some_tasks = st.lists(
    st.builds(
        Task,
        at=moments,
        name=st.text(min_size=1),
        seconds=st.floats(0.001, 1e5),
        priority=st.integers(0, 9),
        work=st.none() | st.floats(0.001, 1e5),
        poison=st.booleans(),
    ),
    max_size=5,
)


def trace_of(folder: Path, *lines: str) -> Trace:
    path = folder / "a.jsonl"
    path.write_text(HEADER + "".join(line + "\n" for line in lines))
    return read(path)


@given(some_tasks, st.lists(st.tuples(st.integers(0, 100), st.integers(1, 100)), max_size=2))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, tasks: list[Task], outages: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("trace") / "a.jsonl"
    ordered = tuple(sorted(tasks, key=lambda task: task.at))
    trace = Trace(ordered, tuple(sorted((float(at), float(at + n)) for at, n in outages)))
    write(trace, path)
    assert read(path) == trace


def test_tasks_in_any_order_are_read_by_time(tmp_path: Path) -> None:
    late = '{"type": "task", "at": 9, "task": "b", "seconds": 1}'
    early = '{"type": "task", "at": 2, "task": "a", "seconds": 1}'
    assert [task.name for task in trace_of(tmp_path, late, early).tasks] == ["a", "b"]


def test_arrivals_without_durations_take_those_of_the_finishes_of_their_name(
    tmp_path: Path,
) -> None:
    trace = trace_of(
        tmp_path,
        '{"type": "task", "at": 1, "task": "a", "count": 3}',
        '{"type": "task", "at": 1, "task": "new"}',
        '{"type": "finished", "at": 5, "task": "a", "seconds": 4}',
        '{"type": "finished", "at": 9, "task": "a", "seconds": 8}',
    )
    assert [task.seconds for task in trace.tasks] == [4, 8, 4, 6]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"type": "task", "at": -1, "task": "a"}', ["field at", "greater than or equal", "-1"]),
        ('{"type": "task", "at": 1, "task": ""}', ["field task", "at least 1 character", "''"]),
        ('{"type": "task", "at": 1}', ["field task", "required"]),
        ('{"type": "task", "at": "1", "task": "a"}', ["field at", "valid number", "'1'"]),
        ('{"type": "task", "at": 1, "task": "a", "secs": 1}', ["field secs", "not permitted"]),
        ('{"type": "task", "at": 1, "task": "a", "seconds": 0}', ["field seconds", "than 0"]),
        ('{"type": "tusk"}', ["the line", "'tusk'", "'outage'"]),
        ("[1, 2]", ["the line", "[1, 2]"]),
        ("{", ["the line", "Invalid JSON"]),
    ],
)
def test_a_broken_line_is_named_with_its_field_and_what_was_expected(
    tmp_path: Path, line: str, told: list[str]
) -> None:
    with pytest.raises(TraceError) as caught:
        trace_of(tmp_path, '{"type": "depth", "at": 1, "queued": 4}', line)
    assert str(caught.value).startswith("a.jsonl, line 3: ")
    assert all(part in str(caught.value) for part in told), caught.value


@pytest.mark.parametrize("text", ["", '{"type": "depth", "at": 1, "queued": 4}\n', "\x00\xff\n"])
def test_a_file_that_is_no_trace_is_refused_at_its_first_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(text)
    with pytest.raises(TraceError, match=r"a.jsonl, line 1: "):
        read(path)


def test_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"type": "trace", "version": 2}\n')
    with pytest.raises(TraceError, match="field version: Input should be 1, got 2"):
        read(path)
