"""docker-compose.yaml is one, names only what is there, and runs what runs elsewhere."""

import re
import shlex
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from stenofleet_deploy.images import images
from stenofleet_deploy.local import settings
from stenofleet_deploy.local.servers import SERVICES
from support.checkouts import ROOT

FILE = ROOT / "docker-compose.yaml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text())
RUN: dict[str, dict[str, Any]] = COMPOSE["services"]
OFFERED = set(re.findall(r"^([A-Z_]+)=", (ROOT / settings.EXAMPLE).read_text(), re.MULTILINE))
CHART = yaml.safe_load((ROOT / "helm/stenofleet/values.yaml").read_text())


def test_it_is_a_compose_file() -> None:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.validate(COMPOSE, yaml.safe_load(schema.read_text()))


def test_the_two_servers_start_without_a_profile_and_nothing_else_does() -> None:
    assert {name for name, service in RUN.items() if "profiles" not in service} == set(SERVICES)
    assert {name for each in RUN.values() for name in each.get("profiles", [])} == {
        "app",
        "monitoring",
    }


def test_what_it_asks_for_without_a_default_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", FILE.read_text()))
    assert asked
    assert asked <= OFFERED


def test_no_password_has_a_default() -> None:
    assert re.findall(r"\$\{[A-Z_]*(?:PASSWORD|AUTH|SECRET)[A-Z_]*:-", FILE.read_text()) == []


def test_our_images_are_built_as_everywhere() -> None:
    ours = {image.name: image for image in images("base")}
    built = {name: each for name, each in RUN.items() if each["image"].startswith("stenofleet/")}
    assert {each["image"] for each in built.values()} == set(ours) - {"stenofleet/autoscaler"}
    for service in built.values():
        image = ours[service["image"]]
        assert service["build"]["dockerfile"] == image.dockerfile
        assert service["build"].get("target") == image.target


def test_the_servers_and_flower_are_those_of_the_chart() -> None:
    for name in ("redis", "postgresql", "flower"):
        image = CHART[name]["image"]
        assert RUN[name]["image"] == f"{image['repository']}:{image['tag']}"


def mounted() -> list[tuple[str, str]]:
    return [
        (name, volume.partition(":")[0])
        for name, service in RUN.items()
        for volume in service.get("volumes", [])
    ]


@pytest.mark.parametrize(("name", "source"), mounted())
def test_what_it_mounts_is_there(name: str, source: str) -> None:
    if source.startswith("./"):
        assert (ROOT / source).exists(), name
    else:
        assert source in COMPOSE["volumes"], name


def test_every_port_is_this_machines_alone() -> None:
    ports = [port for service in RUN.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_queue_has_a_worker() -> None:
    queues = {
        queue
        for service in RUN.values()
        if "-Q" in (command := service.get("command", []))
        for queue in command[command.index("-Q") + 1].split(",")
    }
    assert queues == {queue for pool in CHART["workers"].values() for queue in pool["queues"]}


def test_whoever_another_waits_for_can_say_that_it_is_healthy() -> None:
    for name, service in RUN.items():
        needed = service.get("depends_on", {})
        for other, how in needed.items() if isinstance(needed, dict) else []:
            if how["condition"] == "service_healthy":
                assert "healthcheck" in RUN[other], name


def test_prometheus_reads_every_service_of_ours() -> None:
    config = yaml.safe_load((ROOT / "compose/prometheus.yaml").read_text())
    targets = {
        target
        for job in config["scrape_configs"]
        for each in job["static_configs"]
        for target in each["targets"]
    }
    asked = {
        f"{name}:{port}"
        for name, service in RUN.items()
        for port in re.findall(r"127\.0\.0\.1:(\d+)/readyz", str(service.get("healthcheck")))
    }
    assert targets == asked


def test_grafana_finds_its_data_and_its_dashboards() -> None:
    volumes = dict(volume.split(":")[:2] for volume in RUN["grafana"]["volumes"])
    provisioned = ROOT / "compose/grafana"
    [provider] = yaml.safe_load((provisioned / "dashboards/stenofleet.yaml").read_text())[
        "providers"
    ]
    [source] = yaml.safe_load((provisioned / "datasources/prometheus.yaml").read_text())[
        "datasources"
    ]
    assert volumes["./helm/stenofleet/dashboards"] == provider["options"]["path"]
    assert Path(volumes["./compose/grafana"]) == Path("/etc/grafana/provisioning")
    assert source["url"] == "http://prometheus:9090"


def test_commands_of_flower_and_workers_are_those_of_the_guides() -> None:
    assert shlex.join(RUN["worker-core"]["command"]).startswith(
        "celery -A stenofleet_worker worker"
    )
    assert shlex.join(RUN["beat"]["command"]).startswith("celery -A stenofleet_worker beat")
