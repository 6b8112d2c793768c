"""Programs are run with a limit, and fail with their own words."""

from pathlib import Path

import pytest
from stenofleet_deploy.errors import CommandError
from stenofleet_deploy.shell import run


def test_a_failure_carries_the_programs_words_and_code() -> None:
    with pytest.raises(CommandError, match=r"(?s)failed with code 3\n.*no such thing"):
        run(["sh", "-c", "echo no such thing >&2; exit 3"], timeout=10)


def test_a_value_that_a_user_set_is_never_shown() -> None:
    with pytest.raises(CommandError) as failure:
        run(["false", "--set", "redis.password=hunter2"], timeout=10)
    assert "hunter2" not in str(failure.value)
    assert "--set redis.password=..." in str(failure.value)


def test_a_missing_program_is_named() -> None:
    with pytest.raises(CommandError, match="helmet is not on this machine's PATH"):
        run(["helmet", "list"], timeout=10)


def test_a_program_is_found_on_the_path_of_the_environment(tmp_path: Path) -> None:
    (tmp_path / "helm").write_text("#!/bin/sh\necho mine\n")
    (tmp_path / "helm").chmod(0o755)
    assert run(["helm"], timeout=10, environment={"PATH": str(tmp_path)}) == "mine\n"


def test_a_program_that_hangs_is_ended() -> None:
    with pytest.raises(CommandError, match=r"sleep 60 took longer than 0 s"):
        run(["sleep", "60"], timeout=0.1)
