"""A process that is ready before it is asked, and what becomes of it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from stenofleet_api.uploads.spare import Spare
from support.servers import until

ANSWER = """
import os, sys
with open(sys.argv[1], "a") as begun:
    print(os.getpid(), file=begun)
question = sys.stdin.read()
print(os.getpid(), question)
"""
DROP = """
import os, sys
from stenofleet_api.uploads.spare import Spare
Spare([sys.executable, "-c", sys.argv[1], sys.argv[2]], {}).ask(b"", 20)
os.kill(os.getpid(), 9)
"""
SECONDS = 20


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """Where processes write that they have begun."""
    return tmp_path / "begun"


@pytest.fixture
def spare(begun: Path) -> Iterator[Spare]:
    with closing(Spare([sys.executable, "-c", ANSWER, str(begun)], {})) as spare:
        yield spare


def _ids(begun: Path) -> list[int]:
    return [int(each) for each in begun.read_text().split()] if begun.exists() else []


def _ready(begun: Path, after: int) -> int:
    """The process that waits after so many others."""
    until(lambda: len(_ids(begun)) > after, "the next one to begin", SECONDS)
    return _ids(begun)[after]


def _over(process: int) -> bool:
    """Whether it is gone, or dead and not yet waited for; see proc(5)."""
    try:
        _, _, behind_the_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")
    except FileNotFoundError:
        return True
    return behind_the_name.split()[0] in "ZX"


def test_each_question_is_answered_by_a_process_of_its_own_that_was_ready(
    spare: Spare, begun: Path
) -> None:
    spare.ask(b"first", SECONDS)
    ready = _ready(begun, after=1)

    assert spare.ask(b"second", SECONDS).stdout.split() == [str(ready).encode(), b"second"]
    assert _ready(begun, after=2) != ready


def test_one_that_was_killed_while_it_waited_is_replaced(spare: Spare, begun: Path) -> None:
    spare.ask(b"first", SECONDS)
    ready = _ready(begun, after=1)
    os.kill(ready, signal.SIGKILL)
    until(lambda: _over(ready), "its end", SECONDS)

    answer = spare.ask(b"second", SECONDS)

    assert answer.returncode == 0
    assert answer.stdout.split() == [str(_ids(begun)[2]).encode(), b"second"]


def test_one_that_does_not_answer_in_time_is_killed(begun: Path) -> None:
    program = ANSWER.replace("question = sys.stdin.read()", "import time; time.sleep(1000)")
    with closing(Spare([sys.executable, "-c", program, str(begun)], {})) as spare:
        with pytest.raises(subprocess.TimeoutExpired):
            spare.ask(b"anybody?", 3.0)
        asked, ready = _ready(begun, after=0), _ready(begun, after=1)
    assert [_over(asked), _over(ready)] == [True, True]


def test_one_that_waits_ends_with_whoever_started_it(begun: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", DROP, ANSWER, str(begun)], check=False, timeout=SECONDS
    )

    assert killed.returncode == -signal.SIGKILL
    ready = _ready(begun, after=1)
    until(lambda: _over(ready), "its end", SECONDS)
