"""Whoever types what the documentation shows must not be told that it does not exist."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from celery.bin.celery import celery
from click.testing import CliRunner
from support import documents
from support.documents import Command
from support.own_programs import help_of

ROOT = documents.ROOT
SHOWN = list(documents.commands())
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z][a-z0-9-]*):", MAKEFILE, re.MULTILINE))
VARIABLES = set(re.findall(r"\$\((?:if \$\()?([A-Z][A-Z_]+)\)", MAKEFILE))
# What is shown of them is tried or checked by tests of their own.
CHECKED = ("celery", "docker", "skaffold")
OWN_PROGRAMS = ("cluster", "stenofleet-deploy", "stenofleet", "stenofleet-autoscaler")
KINDS = {
    "deployment": "Deployment",
    "service": "Service",
    "workerpool": "WorkerPool",
}


def of(program: str) -> list[Command]:
    return [command for command in SHOWN if command.words[0] == program]


def targets() -> Iterator[tuple[Command, str]]:
    for command in of("make"):
        yield from ((command, word) for word in command.words[1:])


@pytest.mark.parametrize(("command", "word"), list(targets()), ids=str)
def test_shown_make_targets_and_variables_exist(command: Command, word: str) -> None:
    name, is_variable, _ = word.partition("=")
    assert name in (VARIABLES if is_variable else TARGETS), command


@pytest.mark.parametrize("name", sorted(documents.inline_make_targets()))
def test_make_targets_named_in_the_text_exist(name: str) -> None:
    assert name in TARGETS


@pytest.mark.parametrize(
    "command", [c for program in OWN_PROGRAMS for c in of(program) if len(c.words) > 1], ids=str
)
def test_shown_subcommands_of_our_programs_exist(command: Command) -> None:
    subcommand = next(word for word in command.words[1:] if not word.startswith("-"))

    assert subcommand in own_commands(command.words[0]), command


@cache
def own_commands(program: str) -> set[str]:
    return set(re.findall(r"^ +([a-z][a-z-]+)", help_of(program), re.MULTILINE))


def test_a_program_shows_the_same_help_in_a_process_of_its_own() -> None:
    executable = Path(sys.executable).parent / "cluster"
    done = subprocess.run(
        [executable, "--help"], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout == help_of("cluster")


@pytest.mark.parametrize("command", of("kubectl"), ids=str)
def test_objects_that_kubectl_is_shown_with_are_rendered_by_the_chart(command: Command) -> None:
    text = " ".join(command.words)
    for kind, name in re.findall(rf"\b({'|'.join(KINDS)})[/ ](stenofleet[a-z-]*)", text):
        assert f"{KINDS[kind]} {name}" in documented_objects(), command


def documented_objects() -> set[str]:
    """What the chart's page says that a release named stenofleet has."""
    page = (ROOT / "docs/chart.md").read_text()
    names = {f"stenofleet{suffix}" for suffix in re.findall(r"`<release>(-[a-z-]+)`", page)}
    return {f"{kind} {name}" for kind in KINDS.values() for name in names}


@pytest.mark.parametrize("command", of("helm"), ids=str)
def test_charts_that_helm_is_shown_with_are_there(command: Command) -> None:
    named = [ROOT / word for word in command.words if word.startswith("helm/")]
    charts = [path for path in named if path.suffix != ".yaml"]

    assert all((chart / "Chart.yaml").is_file() for chart in charts), command
    assert all(path.exists() for path in named), command


@pytest.mark.parametrize("command", of("sh"), ids=str)
def test_scripts_that_are_shown_are_there(command: Command) -> None:
    assert (ROOT / command.words[1]).is_file(), command


@pytest.mark.parametrize("command", SHOWN, ids=str)
def test_shown_commands_begin_with_a_program_that_the_pages_explain(command: Command) -> None:
    tools = {"make", "kubectl", "helm", "curl", "eval", "buildah", "sh", "apt-get", "git", "cd"}
    known = {*tools, *OWN_PROGRAMS, *CHECKED}

    assert command.words[0] in known, command


@pytest.mark.parametrize("command", of("docker"), ids=str)
def test_services_and_profiles_that_docker_compose_is_shown_with_are_there(
    command: Command,
) -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())["services"]
    profiles = {name for each in services.values() for name in each.get("profiles", [])}
    before, _, after = " ".join(command.words[2:]).partition("up -d")

    assert command.words[1] == "compose"
    assert set(before.replace("--profile", "").split()) <= profiles
    assert set(after.replace("--build", "").split()) <= set(services)


@pytest.mark.parametrize("command", of("skaffold"), ids=str)
def test_profiles_that_skaffold_is_shown_with_are_there(command: Command) -> None:
    profiles = yaml.safe_load((ROOT / "skaffold.yaml").read_text())["profiles"]
    named = re.findall(r"-p (\S+)", " ".join(command.words))

    assert command.words[1] in ("dev", "run")
    assert set(named) <= {profile["name"] for profile in profiles}


@pytest.mark.parametrize("command", of("celery"), ids=str)
def test_celery_knows_the_commands_and_options_that_it_is_shown_with(command: Command) -> None:
    _, _, app, subcommand, *_ = command.words
    known = celery_help(subcommand)
    options = {word.partition("=")[0] for word in command.words[4:] if word.startswith("-")}

    assert app == "stenofleet_worker"
    # Flower's own are Tornado's, of which its help tells nothing.
    assert subcommand == "flower" or all(option in known for option in options)


@cache
def celery_help(subcommand: str) -> str:
    return CliRunner().invoke(celery, [subcommand, "--help"], catch_exceptions=False).output


def test_the_readme_shows_the_two_commands() -> None:
    shown = {shlex.join(c.words) for c in SHOWN if c.page.name == "README.md"}

    assert {"make up", "make test"} <= shown
