import io
from pathlib import Path

import pytest
from stenofleet_cluster.errors import ClusterError
from stenofleet_cluster.locks import held
from stenofleet_cluster.progress import Progress


def test_second_command_says_that_it_waits_and_gives_up_in_time(tmp_path: Path) -> None:
    out = io.StringIO()
    lock = tmp_path / "lock"

    with (
        held(lock, Progress(out)),
        pytest.raises(ClusterError, match="still held"),
        held(lock, Progress(out), patience=0),
    ):
        pass

    assert "Another cluster command is at work" in out.getvalue()


def test_lock_is_free_after_a_failure(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with pytest.raises(RuntimeError), held(lock, Progress(io.StringIO())):
        raise RuntimeError

    with held(lock, Progress(io.StringIO()), patience=0):
        pass
