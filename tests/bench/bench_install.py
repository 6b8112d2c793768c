"""Measure installing a release and upgrading it under load, and print a table in Markdown.

It takes a namespace of its own on a cluster that is up or is started for it, and leaves nothing.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, beside its own modules

import httpx
from bench.measures import Row, note
from stenofleet_deploy import portforward, readiness
from stenofleet_deploy.release import Release
from support.fleet import Fleet
from support.load_in_cluster import Load, load
from support.next_release import next_chart, next_images
from support.releases import ROOT, installed, some_cluster, uninstall
from support.speech import recording

NAMESPACE = "stenofleet-bench-install"
CHART = str(ROOT / "helm" / "stenofleet")
HELM_SECONDS = 180
SESSIONS = 3
WRITTEN_SECONDS = 120
AROUND = 50
"""Answers that are waited for before and after an upgrade."""


@click.command()
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(2, 100))
def bench(*, rounds: int) -> None:
    """Install so many times, then upgrade once while requests come."""
    click.echo("| measure | figure |\n|---|---|")
    with some_cluster() as cluster, installed(cluster, NAMESPACE) as release:
        values = _helm(release, "get", "values", release.name, "-o", "json")
        for name, figure in (*installs(release, values, rounds), *upgrade(release)):
            click.echo(f"| {name} | {figure} |")


def installs(release: Release, values: str, rounds: int) -> Iterator[Row]:
    """The seconds from `helm install` until all is ready, its images on the node."""
    taken = []
    for number in range(rounds):
        note(f"installation {number + 1} of {rounds}")
        uninstall(release)
        began = time.monotonic()
        _helm(release, "install", release.name, CHART, "--values", "-", text=values)
        readiness.wait(release)
        taken.append(time.monotonic() - began)
    yield f"`helm install` to all Ready, images present, {rounds} rounds", _spread(taken)


def upgrade(release: Release) -> Iterator[Row]:
    """What an upgrade that replaces every pod costs those who send movements meanwhile."""
    note("upgrade under load")
    values = json.dumps(next_images(release))
    with _reached(release) as fleet, load(fleet, "http://stenofleet-api:8000") as sending:
        sessions = [fleet.started(recording(6)) for _ in range(SESSIONS)]
        fleet.wait_transcribing(sessions[0])
        sending.wait_further(AROUND)
        seconds = _upgraded(release, values)
        sending.wait_further(AROUND)
        sending.finish()
        yield "an upgrade that replaces every pod", f"{seconds:.1f} s"
        yield from _told(fleet, sending)
    with _reached(release) as fleet:
        yield from _heard(fleet, sessions)


def _upgraded(release: Release, values: str) -> float:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        chart = str(next_chart(Path(folder)))
        words = ("upgrade", release.name, chart, "--reuse-values", "--values", "-")
        _helm(release, *words, text=values)
    readiness.wait(release)
    return time.monotonic() - began


def _told(fleet: Fleet, sending: Load) -> Iterator[Row]:
    answers, taken = sending.answers(), sending.taken()
    yield "requests meanwhile, failed", f"{len(answers)}, {len(sending.failed())}"
    deadline = time.monotonic() + WRITTEN_SECONDS
    while (lost := taken - set(fleet.sql("SELECT event_id FROM movement_log"))) and (
        time.monotonic() < deadline
    ):
        time.sleep(1)
    yield "movements taken, lost", f"{len(taken)}, {len(lost)}"


def _heard(fleet: Fleet, sessions: list[str]) -> Iterator[Row]:
    ended = [fleet.wait_ended(session, 300)["status"] for session in sessions]
    lost = sum(state != "completed" for state in ended)
    twice = sum(attempt != 1 for attempt in fleet.attempts(sessions))
    yield "transcriptions meanwhile, lost, begun twice", f"{len(sessions)}, {lost}, {twice}"


@contextmanager
def _reached(release: Release) -> Iterator[Fleet]:
    with portforward.api(release) as url, httpx.Client(base_url=url, timeout=30) as http:
        yield Fleet(release, http)


def _spread(seconds: list[float]) -> str:
    return f"p50 {statistics.median(seconds):.1f} s, max {max(seconds):.1f} s"


def _helm(release: Release, *words: str, text: str | None = None) -> str:
    command = (*words, "--namespace", release.namespace)
    return release.cluster.helm(*command, text=text, timeout=HELM_SECONDS)


if __name__ == "__main__":
    bench()
