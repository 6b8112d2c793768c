"""The quick start can be followed as it stands: `make campaign-quickstart` does it for real."""

import os
import subprocess
from pathlib import Path

from support import quick_start

COMMANDS = quick_start.commands()
SHELL = {"cd", "apt-get"}
INSTALL = "apt-get install --yes "


def test_every_program_is_installed_before_it_is_typed() -> None:
    there = set(SHELL)
    for command in COMMANDS:
        assert command.split()[0] in there, command
        if command.startswith(INSTALL):
            there |= set(command.removeprefix(INSTALL).split())


def test_it_goes_from_a_clone_by_api_and_worker_to_a_transcript() -> None:
    way = [
        "git clone",
        "cd stenofleet",
        "make dev-setup",
        "make run-api",
        "make run-celery",
        "curl",
    ]
    found = [next(at for at, each in enumerate(COMMANDS) if each.startswith(part)) for part in way]

    assert found == sorted(found)
    assert "/v1/audio/transcriptions" in COMMANDS[-1]
    assert quick_start.address().endswith("/stenofleet.git")


def test_a_script_goes_on_beside_what_serves_and_stops_at_what_fails(tmp_path: Path) -> None:
    lines = ["printf 'no end of line'", "make run-nothing", "echo it is", "false", "echo never"]
    make = "make() { sleep 1; }\n"

    done = subprocess.run(
        ["bash", "-e", "-c", make + quick_start.script(lines)],
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    typed = list(quick_start.followed(done.stdout.splitlines()))
    assert done.returncode == 1
    assert [(each.command, each.text) for each in typed] == [
        (lines[0], "no end of line"),
        (lines[1], ""),
        (lines[2], "it is"),
        (lines[3], ""),
    ]


def test_each_command_lasts_until_the_next() -> None:
    typed = [quick_start.Typed("one", 10.0), quick_start.Typed("two", 12.5)]

    assert quick_start.durations(typed, 20.0) == [("one", 2.5), ("two", 7.5)]
