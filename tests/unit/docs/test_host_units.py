"""The units for machines without Kubernetes start what is there, under systemd and supervisor."""

import configparser
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from stenofleet.contracts.tasks import CORE_QUEUE, LOGS_QUEUE, TRANSCRIPTION_QUEUE
from support import documents
from support.chart import of_kind, render

UNITS = documents.ROOT / "docs/hosts"
QUEUES = (TRANSCRIPTION_QUEUE, LOGS_QUEUE, CORE_QUEUE)
VENV = "/opt/stenofleet/.venv"
NAMES = ["stenofleet-api", "stenofleet-beat", *(f"stenofleet-worker@{each}" for each in QUEUES)]

Programs = dict[str, tuple[tuple[str, ...], int]]
"""By their names: the command, and the seconds that it has to end."""


def sections(path: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser()
    assert parser.read(path) == [str(path)]
    return parser


@cache
def under_systemd() -> Programs:
    return dict(map(_unit, NAMES))


def _unit(name: str) -> tuple[str, tuple[tuple[str, ...], int]]:
    template, at, queue = name.partition("@")
    service = sections(UNITS / f"{template}{at}.service")["Service"]
    command = service["ExecStart"].replace("%i", queue).replace("%%", "%")
    return name.replace("@", "-"), (tuple(shlex.split(command)), int(service["TimeoutStopSec"]))


@cache
def under_supervisor() -> Programs:
    found = sections(UNITS / "supervisor.conf")
    return {
        name.removeprefix("program:"): (
            tuple(shlex.split(found[name]["command"].replace("%%", "%"))),
            int(found[name]["stopwaitsecs"]),
        )
        for name in found.sections()
    }


def test_both_run_the_same_processes() -> None:
    assert under_systemd() == under_supervisor()


def test_every_queue_has_a_worker_and_there_is_one_clock() -> None:
    commands = [command[1:] for command, _ in under_systemd().values() if "-A" in command]
    celery = ("-A", "stenofleet_worker")

    workers = {command[4] for command in commands if command[:4] == (*celery, "worker", "-Q")}
    clocks = [command for command in commands if command[:3] == (*celery, "beat")]
    assert (workers, len(clocks)) == (set(QUEUES), 1)


@pytest.mark.parametrize(("command", "_seconds"), under_systemd().values(), ids=NAMES)
def test_the_program_is_installed_and_knows_its_options(
    command: tuple[str, ...], _seconds: int
) -> None:
    program, *words = command
    assert program.startswith(f"{VENV}/bin/")
    executable = Path(sys.executable).parent / Path(program).name

    # A module is asked for by its name; what a subcommand is told stands behind it.
    asked = ["-c", f"import {words[1]}.__main__"] if words[0] == "-m" else [*words[:3], "--help"]
    done = subprocess.run(
        [executable, *asked], capture_output=True, text=True, timeout=120, check=True
    )

    options = {word.partition("=")[0] for word in words[3:] if word.startswith("-")}
    assert all(option in done.stdout for option in options)


@pytest.mark.parametrize("queue", QUEUES)
def test_a_worker_has_as_long_to_end_as_its_pod(queue: str) -> None:
    pod = of_kind(render(), "Deployment")[f"worker-{queue}"]["spec"]["template"]["spec"]

    _, seconds = under_systemd()[f"stenofleet-worker-{queue}"]

    assert seconds >= pod["terminationGracePeriodSeconds"]


@pytest.mark.parametrize("name", NAMES)
def test_systemd_finds_no_mistake(name: str, units_here: Path) -> None:
    if not (program := shutil.which("systemd-analyze")):
        pytest.skip("systemd-analyze is not installed on this machine")

    done = subprocess.run(
        [program, "verify", "--man=no", "--recursive-errors=no", units_here / f"{name}.service"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def units_here(tmp_path: Path) -> Path:
    """The units, with this workspace's programs: systemd looks whether they are there."""
    here = str(Path(sys.prefix))
    for name in NAMES:
        template, at, _ = name.partition("@")
        text = (UNITS / f"{template}{at}.service").read_text()
        (tmp_path / f"{name}.service").write_text(text.replace(VENV, here))
    return tmp_path
