"""A Prometheus as a process on this machine, with the chart's rules and its monitors' labels."""

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

ROOT = Path(__file__).parents[2]
RULES = ROOT / "helm" / "stenofleet" / "rules"
START_SECONDS = 120.0
STOP_SECONDS = 60

Job = dict[str, Any]
"""One of Prometheus' ``scrape_configs``."""


@dataclass(frozen=True)
class Target:
    """What is scraped: a port of this machine, and the labels that the chart's monitors give."""

    port: int
    job: str
    labels: Mapping[str, str]
    honor_labels: bool = False


def of_targets(targets: Sequence[Target]) -> list[Job]:
    """A job for each."""
    return [_job(number, each) for number, each in enumerate(targets)]


@contextmanager
def prometheus(
    folder: Path, jobs: Sequence[Job], hold: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Its URL; it scrapes and judges each second.

    Args:
        folder: for its configuration, data and log.
        jobs: what it scrapes.
        hold: how long a condition holds before its alert fires, by the alert's name, instead of the
            rule's own ``for``: tests wait for seconds, people for minutes.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    config = _written(folder, jobs, hold or {})
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


def alerts(url: str) -> dict[tuple[str, str], str]:
    """``pending`` or ``firing``, by the alert and its pool; one that is over is not there."""
    answer = httpx.get(f"{url}/api/v1/alerts", timeout=60).raise_for_status().json()
    found = [(each["labels"], each["state"]) for each in answer["data"]["alerts"]]
    return {(labels["alertname"], labels.get("pool", "")): state for labels, state in found}


def _written(folder: Path, jobs: Sequence[Job], hold: Mapping[str, str]) -> Path:
    rules = folder / "rules"
    rules.mkdir()
    for path in RULES.glob("*.yaml"):
        groups = yaml.safe_load(path.read_text())
        (rules / path.name).write_text(json.dumps(_held(groups, hold)))
    config = folder / "prometheus.yaml"
    every = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    told = {"global": every, "rule_files": [f"{rules}/*.yaml"], "scrape_configs": list(jobs)}
    config.write_text(yaml.safe_dump(told))
    return config


def _held(groups: Any, hold: Mapping[str, str]) -> Any:
    for group in groups["groups"]:
        for rule in group["rules"]:
            if rule.get("alert") in hold:
                rule["for"] = hold[rule["alert"]]
    return groups


def _job(number: int, target: Target) -> Job:
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
