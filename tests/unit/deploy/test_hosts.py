"""The files for hosts without Kubernetes name what is there, and stop as those hosts stop them."""

import json
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from stenofleet.settings import ApiSettings, WorkerSettings, variable
from support.chart import merged

ROOT = Path(__file__).parents[3]
HOSTS = ROOT / "hosts"
VARIABLES = {
    variable(kind, name) for kind in (ApiSettings, WorkerSettings) for name in kind.model_fields
}
BLUEPRINTS = sorted(HOSTS.glob("render*.yaml"))
CELERY = re.compile(r"celery -A stenofleet_worker (worker|beat)\b")


def blueprint(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


def variables(found: dict[str, Any]) -> Iterator[str]:
    groups = [*found["services"], *found.get("envVarGroups", [])]
    yield from (
        each["key"] for group in groups for each in group.get("envVars", []) if "key" in each
    )


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_a_blueprint_sets_variables_that_services_read(path: Path) -> None:
    clouds = {name for name in variables(blueprint(path)) if name.startswith("AWS_")}

    assert set(variables(blueprint(path))) - clouds <= VARIABLES


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_what_a_blueprint_refers_to_is_in_it(path: Path) -> None:
    found = blueprint(path)
    services = {each["name"] for each in found["services"]}
    databases = {each["name"] for each in found["databases"]}
    groups = {each["name"] for each in found.get("envVarGroups", [])}
    entries = [entry for each in found["services"] for entry in each.get("envVars", [])]

    assert {e["fromService"]["name"] for e in entries if "fromService" in e} <= services
    assert {e["fromDatabase"]["name"] for e in entries if "fromDatabase" in e} <= databases
    assert {e["fromGroup"] for e in entries if "fromGroup" in e} == groups
    files = [each["dockerfilePath"] for each in found["services"] if "dockerfilePath" in each]
    assert all((ROOT / file).is_file() for file in files)


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_redis_of_a_blueprint_evicts_nothing(path: Path) -> None:
    redis = [each for each in blueprint(path)["services"] if each["type"] == "keyvalue"]

    assert [each["maxmemoryPolicy"] for each in redis] == ["noeviction"]


def test_separate_services_run_one_clock_and_consume_all_queues() -> None:
    commands = [each.get("dockerCommand", "") for each in blueprint(BLUEPRINTS[-1])["services"]]
    beats = [command for command in commands if " beat" in command]
    queues = {
        q for command in commands for q in ",".join(re.findall(r"-Q (\S+)", command)).split(",")
    }

    assert len(beats) == 1
    assert queues - {""} == {"transcription", "logs", "core"}


@pytest.mark.parametrize("path", sorted((HOSTS / "values").iterdir()), ids=lambda path: path.stem)
def test_values_of_a_cloud_are_ones_that_the_chart_takes(path: Path) -> None:
    validate(yaml.safe_load(path.read_text()))


def test_a_value_that_the_chart_does_not_know_is_refused() -> None:
    with pytest.raises(jsonschema.ValidationError, match="storrage"):
        validate({"storrage": {}})


def validate(values: dict[str, Any]) -> None:
    chart = ROOT / "helm/stenofleet"
    schema = json.loads((chart / "values.schema.json").read_text())
    defaults = yaml.safe_load((chart / "values.yaml").read_text())
    jsonschema.Draft202012Validator(schema).validate(merged(defaults, values))


def programs() -> Iterator[tuple[str, str, int]]:
    """Name, command and seconds to stop of each unit and program."""
    config = ConfigParser(interpolation=None)
    config.read(HOSTS / "supervisor.conf")
    for name in config.sections():
        yield name, config[name]["command"], int(config[name].get("stopwaitsecs", "10"))
    for path in (HOSTS / "systemd").glob("*.service"):
        text = path.read_text()
        seconds = re.search(r"^TimeoutStopSec=(\d+)", text, re.MULTILINE)
        (command,) = re.findall(r"^ExecStart=(.+)$", text, re.MULTILINE)
        yield path.name, command, int(seconds[1]) if seconds else 90


@pytest.mark.parametrize(
    ("name", "command", "seconds"), list(programs()), ids=lambda v: str(v)[:30]
)
def test_units_and_programs_run_the_services(name: str, command: str, seconds: int) -> None:
    assert "python -m stenofleet_api" in command or CELERY.search(command), name
    if " worker " in command:
        # A stop waits for the running window of a recording.
        assert seconds >= 180
        assert "%%h" in command


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is missing: this machine has no systemd")
    for unit in (HOSTS / "systemd").glob("*.service"):
        text = unit.read_text().replace("/opt/stenofleet/.venv/bin/", "/bin/sh -c ")
        (tmp_path / unit.name.replace("@", "@1")).write_text(text)
    done = subprocess.run(
        [analyze, "verify", *tmp_path.iterdir()], capture_output=True, text=True, check=False
    )

    assert "Unknown" not in done.stderr
    assert "Failed to parse" not in done.stderr


def combined(tmp_path: Path, **commands: str) -> subprocess.Popen[bytes]:
    """The script of the combined image, with programs in place of its own."""
    for name in ("stenofleet", "python", "celery"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho {name} "$@" >> {tmp_path}/told\n{commands[name]}\n')
        program.chmod(0o755)
    return subprocess.Popen(
        ["bash", HOSTS / "combined.sh"], env={"PATH": f"{tmp_path}:/usr/bin:/bin", "PORT": "9"}
    )


def told(tmp_path: Path) -> list[str]:
    return (tmp_path / "told").read_text().splitlines()


def test_the_combined_container_ends_as_soon_as_one_part_does(tmp_path: Path) -> None:
    process = combined(tmp_path, stenofleet="exit 0", python="exit 3", celery="exec sleep 600")

    assert process.wait(timeout=60) == 3
    assert told(tmp_path)[0] == "stenofleet db upgrade"


def test_the_combined_container_passes_a_stop_on(tmp_path: Path) -> None:
    stay = (
        "trap 'echo ended >> "
        + shlex.quote(f"{tmp_path}/told")
        + "; exit 0' TERM\nwhile :; do sleep 0.1; done"
    )
    process = combined(tmp_path, stenofleet="exit 0", python=stay, celery=stay)
    waited = time.monotonic() + 60
    while not (tmp_path / "told").exists() or len(told(tmp_path)) < 4:
        assert time.monotonic() < waited
        time.sleep(0.1)
    process.terminate()

    process.wait(timeout=60)
    assert told(tmp_path).count("ended") == 3


def test_the_combined_container_does_not_start_over_a_schema_that_failed(tmp_path: Path) -> None:
    process = combined(tmp_path, stenofleet="exit 1", python="exit 0", celery="exit 0")

    assert process.wait(timeout=60) == 1
    assert told(tmp_path) == ["stenofleet db upgrade"]


def test_images_for_hosts_are_built_on_top_of_ours() -> None:
    bases = {
        base
        for path in HOSTS.glob("*.Dockerfile")
        for base in re.findall(r"^ARG \w+=(stenofleet/\S+)", path.read_text(), re.MULTILINE)
    }
    makefile = (ROOT / "Makefile").read_text()

    assert bases == {"stenofleet/api", "stenofleet/worker"}
    assert all(f"-t {base} ." in makefile for base in bases)
