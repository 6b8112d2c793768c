import sys

import pytest
from stenofleet_cluster.errors import CommandError
from stenofleet_cluster.shell import run


def test_output_is_returned() -> None:
    assert run([sys.executable, "-c", "print(input())"], timeout=10, text="hello") == "hello\n"


def test_failure_carries_the_programs_own_words() -> None:
    with pytest.raises(CommandError, match="no such image"):
        run([sys.executable, "-c", "raise SystemExit('no such image')"], timeout=10)


def test_program_that_is_not_there_is_named() -> None:
    with pytest.raises(CommandError, match="nosuchprogram is not on this machine"):
        run(["nosuchprogram"], timeout=10)


def test_program_that_takes_too_long_is_ended() -> None:
    with pytest.raises(CommandError, match="longer than"):
        run([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.2)
