"""A Prometheus as a process, with the chart's rules and the labels of its monitors."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml
from support.servers import free_port, until

RULES = Path(__file__).parents[2] / "helm" / "stenofleet" / "rules"
START_SECONDS = 30.0
STOP_SECONDS = 20


@dataclass(frozen=True)
class Target:
    """What is scraped: a port of this machine, and the labels that the chart's monitors give."""

    port: int
    job: str
    labels: Mapping[str, str]
    honor_labels: bool = False


@contextmanager
def prometheus(
    folder: Path, targets: Sequence[Target], hold: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Its URL; it scrapes and judges each second.

    Args:
        folder: for its configuration, data and log.
        targets: what it scrapes.
        hold: how long an alert waits before it fires, by its name, instead of the rule's own
            ``for``.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    config = _written(folder, targets, hold or {})
    command = [
        "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'prometheus-data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        until(lambda: _is_ready(url), "Prometheus", START_SECONDS)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=STOP_SECONDS)


def targets_up(url: str) -> dict[str, str]:
    """The health of each scrape, by job: ``up``, ``down`` or ``unknown``."""
    answer = httpx.get(f"{url}/api/v1/targets", timeout=10).raise_for_status().json()
    return {each["labels"]["job"]: each["health"] for each in answer["data"]["activeTargets"]}


def alerts(url: str) -> dict[str, str]:
    """``pending`` or ``firing``, by the alert's name."""
    answer = httpx.get(f"{url}/api/v1/alerts", timeout=10).raise_for_status().json()
    return {each["labels"]["alertname"]: each["state"] for each in answer["data"]["alerts"]}


def recorded() -> set[str]:
    """The names of the chart's recording rules."""
    files = [yaml.safe_load(path.read_text()) for path in RULES.glob("*.yaml")]
    rules = (rule for each in files for group in each["groups"] for rule in group["rules"])
    return {rule["record"] for rule in rules if "record" in rule}


def _written(folder: Path, targets: Sequence[Target], hold: Mapping[str, str]) -> Path:
    rules = folder / "rules"
    rules.mkdir()
    for path in RULES.glob("*.yaml"):
        groups = yaml.safe_load(path.read_text())
        (rules / path.name).write_text(json.dumps(_held(groups, hold)))
    config = folder / "prometheus.yaml"
    every = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    jobs = [_job(number, each) for number, each in enumerate(targets)]
    files = {"rule_files": [f"{rules}/*.yaml"]}
    config.write_text(yaml.safe_dump({"global": every, "scrape_configs": jobs, **files}))
    return config


def _held(groups: Any, hold: Mapping[str, str]) -> Any:
    for group in groups["groups"]:
        for rule in group["rules"]:
            if rule.get("alert") in hold:
                rule["for"] = hold[rule["alert"]]
    return groups


def _job(number: int, target: Target) -> dict[str, Any]:
    labels = {**target.labels, "job": target.job}
    return {
        "job_name": f"{target.job}-{number}",
        "honor_labels": target.honor_labels,
        "static_configs": [{"targets": [f"127.0.0.1:{target.port}"], "labels": labels}],
    }


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready").is_success
    except httpx.TransportError:
        return False
