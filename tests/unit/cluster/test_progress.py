import io
import re

import pytest
from stenofleet_cluster.progress import Progress, clock


@pytest.mark.parametrize(
    ("seconds", "text"), [(4.21, "4.2 s"), (59.9, "59.9 s"), (185, "3 min 05 s")]
)
def test_seconds_are_written_for_people(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_step_tells_its_name_and_that_it_is_done() -> None:
    out = io.StringIO()
    with Progress(out).step("compile"):
        pass

    assert re.fullmatch(r"  compile: done in \d+\.\d s\n", out.getvalue())


def test_failed_step_says_so_and_passes_the_failure_on() -> None:
    out = io.StringIO()
    with pytest.raises(ValueError, match="broken"), Progress(out).step("compile"):
        raise ValueError("broken")

    assert "compile: failed after" in out.getvalue()
