"""What the loop sees, and what it says."""

from pathlib import Path

import pytest
from stenofleet_deploy.dev.copying import program
from stenofleet_deploy.dev.loop import names, tried, watch
from stenofleet_deploy.dev.sources import code_of
from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.release import Release

FILE = "services/api/src/stenofleet_api/app.py"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text("")
    return tmp_path


def test_a_change_is_seen_also_when_it_came_while_nobody_looked(checkout: Path) -> None:
    plans = watch(checkout)
    assert not next(plans).code

    (checkout / FILE).write_text("changed")

    seen = next(plan for plan in plans if plan.code)
    assert [each.path for each in seen.code] == [FILE]


def test_a_deployment_that_fails_is_told_and_ends_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails() -> Release:
        raise DeployError("the chart refuses it")

    assert tried(fails) is None
    assert capsys.readouterr().out == "error: the chart refuses it\n"


def test_a_file_that_is_gone_is_removed_in_the_pod(checkout: Path) -> None:
    gone, there = (code_of(path) for path in (FILE.replace("app", "gone"), FILE))
    assert gone is not None
    assert there is not None
    call = program(checkout, [gone, there], "").splitlines()[-1]
    assert "['stenofleet_api/gone.py']" in call
    assert "stenofleet_api/app.py" not in call


def test_many_files_are_told_by_the_first_and_their_number() -> None:
    assert names(["a", "b"]) == "a, b"
    assert names(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
