"""What the operator records can be simulated."""

from pathlib import Path

import pytest
from stenofleet_autoscaler.simulate.record import Arrived, Finished, Recorder
from stenofleet_autoscaler.simulate.trace import Task, read

NOW = 1_700_000_000.0


def test_a_recorded_trace_holds_tasks_with_their_durations_and_the_brokers_absence(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.jsonl"
    with Recorder(path, NOW) as recorder:
        recorder.tick(NOW + 1, 2, [Arrived("mail", NOW + 0.5, count=2, work=3.0)])
        recorder.tick(NOW + 2, None)
        recorder.tick(NOW + 3, None)
        recorder.tick(NOW + 7, 0, finished=[Finished("mail", NOW + 6, 4.5)])
    trace = read(path)
    assert trace.tasks == (Task(0.5, "mail", 4.5, work=3.0),) * 2
    assert trace.outages == ((2.0, 7.0),)


def test_work_that_was_there_before_the_recording_counts_from_its_beginning(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.jsonl"
    with Recorder(path, NOW) as recorder:
        recorder.tick(NOW, 1, [Arrived("mail", NOW - 60)])
    assert read(path).tasks[0].at == 0


def test_every_line_is_whole_while_it_still_records(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    recorder = Recorder(path, NOW)
    recorder.tick(NOW, 1, [Arrived("mail", NOW)])
    assert len(read(path).tasks) == 1
    recorder.close()


def test_an_unchanged_depth_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with Recorder(path, NOW) as recorder:
        for second in range(100):
            recorder.tick(NOW + second, 5)
    assert path.read_text().count("depth") == 1


def test_it_ends_before_it_outgrows_its_bound_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with Recorder(path, NOW, most_bytes=1000) as recorder:
        for second in range(100):
            recorder.tick(NOW + second, second, [Arrived("mail", NOW + second)])
        assert recorder.ended == "the trace has reached its largest size"
    assert path.stat().st_size <= 1000
    assert read(path).tasks


def test_a_full_disk_ends_the_recording_and_nothing_else() -> None:
    recorder = Recorder(Path("/dev/full"), NOW)
    recorder.tick(NOW, 1)
    assert recorder.ended == "the trace cannot be written: No space left on device"
    recorder.close()


def test_a_folder_that_is_not_there_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Recorder(tmp_path / "none" / "a.jsonl", NOW)
