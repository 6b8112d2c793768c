import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from stenofleet_cluster import processes
from stenofleet_cluster.processes import Process

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True)"


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEP, env={"MARK": "here"}) as started:
        yield started
        started.kill()


def found(child: subprocess.Popen[bytes]) -> Process:
    process = Process.find(child.pid)
    assert process is not None
    return process


def test_running_process_is_alive_until_it_ends(child: subprocess.Popen[bytes]) -> None:
    process = found(child)
    assert process.alive()

    processes.stop([process], grace=5)
    assert not process.alive()


def test_other_process_with_the_same_id_is_not_taken_for_it(
    child: subprocess.Popen[bytes],
) -> None:
    former = replace(found(child), started=1)

    former.send(signal.SIGKILL)

    assert not former.alive()
    assert found(child).alive()


def test_process_of_an_earlier_boot_is_not_alive(child: subprocess.Popen[bytes]) -> None:
    assert not replace(found(child), boot="another").alive()


def test_process_that_ignores_the_request_is_killed() -> None:
    words = [sys.executable, "-c", f"{DEAF}; time.sleep(60)"]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as deaf:
        assert deaf.stdout is not None
        deaf.stdout.readline()
        process = Process.find(deaf.pid)
        assert process is not None
        processes.stop([process], grace=0.2)
    assert deaf.returncode == -signal.SIGKILL


def test_process_is_found_by_a_variable_of_its_environment(
    child: subprocess.Popen[bytes],
) -> None:
    assert found(child) in processes.with_variable("MARK", "here")
    assert found(child) not in processes.with_variable("MARK", "her")


def test_name_with_brackets_and_blanks_does_not_confuse(tmp_path: Path) -> None:
    fields = " ".join(str(number) for number in range(1, 40))
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "stat").write_text(f"7 (odd) R name) S {fields}")

    process = Process.find(7, proc=tmp_path)

    assert process is not None
    assert process.started == processes.START_FIELD


def test_process_that_awaits_burial_is_none(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "stat").write_text("7 (gone) Z " + "0 " * 40)

    assert Process.find(7, proc=tmp_path) is None
