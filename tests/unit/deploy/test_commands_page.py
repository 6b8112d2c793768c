"""The page of commands tells all that the programs' parsers know."""

from pathlib import Path

import pytest
from stenofleet_deploy.commands_page import PROGRAMS, Entry, entries, main, page

TEXT = page()
ALL = [entry for program in PROGRAMS for entry in entries(program)]


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.name)
def test_each_command_says_what_it_does_and_stands_on_the_page(entry: Entry) -> None:
    assert entry.text.partition("\n")[0]
    assert f"### {entry.name}\n" in TEXT


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.name)
def test_each_option_says_what_it_does_under_its_command(entry: Entry) -> None:
    section = TEXT.partition(f"### {entry.name}\n")[2].partition("\n### ")[0]

    assert entry.silent == ()
    assert all(f"| `{option.split()[0].rstrip(',')}" in section for option, _ in entry.options)


def test_the_commands_that_people_look_for_are_there() -> None:
    names = {entry.name for entry in ALL}

    assert {
        "stenofleet check-celery-status",
        "stenofleet test-transcription-flow",
        "stenofleet load-test",
        "stenofleet plan",
        "stenofleet doctor",
        "stenofleet keys create",
        "stenofleet check-google",
        "stenofleet-deploy up",
        "kubectl stenofleet explain",
    } <= names


@pytest.mark.parametrize(
    "name", ["check-celery-status", "test-transcription-flow", "load-test", "plan", "doctor"]
)
def test_each_of_them_has_json(name: str) -> None:
    (entry,) = (each for each in ALL if each.name == f"stenofleet {name}")

    assert "--json" in dict(entry.options)


def test_a_page_that_differs_is_told_with_the_command_that_writes_it(
    tmp_path: Path,
) -> None:
    with pytest.raises(SystemExit, match="make references"):
        main(["--check", "--root", str(tmp_path)])
    main(["--root", str(tmp_path)])
    main(["--check", "--root", str(tmp_path)])
