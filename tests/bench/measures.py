"""The measurements; each yields rows of what was measured and its figure."""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
from bench import jobs, pool
from stenofleet_deploy import portforward
from stenofleet_deploy.cluster import Flavour
from stenofleet_deploy.demo import RECORDING
from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.release import Release
from stenofleet_deploy.shell import run

ROOT = Path(__file__).parents[2]
SILENCE_SECONDS = 2.0
REQUEST_SECONDS = 30
SENT_TO_A_SLOT = 4
COMMAND_SECONDS = 1800
# Not ignored by git and part of the API's image, so that its tag changes as with any edit.
MARKER = ROOT / "services/api/src/stenofleet_api/bench_marker.py"

Row = tuple[str, str]


def reaction(release: Release, rounds: int) -> Iterator[Row]:
    """From the start's request to the Deployment's patch and to the first task, from 0 pods."""
    name = pool.pool_name(release)
    target = pool.spec_of(release, name)["targetRef"]["name"]
    patched, started = [], []
    with pool.hasty(release, name), tempfile.TemporaryDirectory() as folder:
        recording = jobs.silence(Path(folder) / "silence.wav", SILENCE_SECONDS)
        for number in range(1, rounds + 1):
            to_patch, to_start = _round(release, target, recording)
            note(f"round {number}: patch {to_patch:.2f} s, first task {to_start:.2f} s")
            patched.append(to_patch)
            started.append(to_start)
    yield f"enqueue to the Deployment's patch, {rounds} rounds", spread(patched)
    yield f"enqueue to the first task started, from 0 pods, {rounds} rounds", spread(started)


def _round(release: Release, target: str, recording: Path) -> tuple[float, float]:
    pool.wait_asleep(release, target)
    with (
        portforward.api(release) as url,
        httpx.Client(base_url=url, timeout=REQUEST_SECONDS) as client,
        pool.replicas_seen(release, target) as seen,
    ):
        session = jobs.prepare(client, recording)
        enqueued = jobs.start(client, session)
        patched = pool.first_above_zero(seen)
        [done] = jobs.completed(client, [session])
    return patched - enqueued, done.started - enqueued


def spread(seconds: Sequence[float]) -> str:
    """The median, the 95th percentile and the largest of some durations.

    >>> spread([1.0, 2.0, 3.0])
    'p50 2.00 s, p95 2.90 s, max 3.00 s'
    """
    p95 = statistics.quantiles(seconds, n=20, method="inclusive")[-1]
    return f"p50 {statistics.median(seconds):.2f} s, p95 {p95:.2f} s, max {max(seconds):.2f} s"


def throughput(release: Release, slots: int) -> Iterator[Row]:
    """Seconds of recording for each second, in one pod that runs so many tasks at once."""
    name = pool.pool_name(release)
    limits = {"concurrency": {"min": slots, "max": slots}, "minReplicas": 1, "maxReplicas": 1}
    with (
        pool.changed(release, name, **limits),
        portforward.api(release) as url,
        httpx.Client(base_url=url, timeout=REQUEST_SECONDS) as client,
    ):
        sessions = [jobs.prepare(client, ROOT / RECORDING) for _ in range(SENT_TO_A_SLOT * slots)]
        pool.wait_slots(release, name, slots)
        for session in sessions:
            jobs.start(client, session)
        runs = jobs.completed(client, sessions)
    took = max(each.ended for each in runs) - min(each.started for each in runs)
    recorded = sum(each.recording_seconds for each in runs)
    speed = f"{recorded / took:.1f} ({recorded:.0f} s in {took:.1f} s)"
    yield f"recording seconds a second, one pod, tasks at once: {slots}", speed


def image_sizes(release: Release) -> Iterator[Row]:
    """What the images of the release take on the node, as the kubelet tells it."""
    used = {
        container["image"]
        for workload in release.get("deployments")
        for container in workload["spec"]["template"]["spec"]["containers"]
    }
    sizes = _sizes_on_nodes(release)
    for image in sorted(used):
        size = next((sizes[name] for name in sizes if name.endswith(image)), None)
        short = image.rpartition(":")[0]
        yield f"image {short}", "not on a node now" if size is None else f"{size / 1e6:.0f} MB"


def _sizes_on_nodes(release: Release) -> dict[str, int]:
    nodes = json.loads(release.cluster.kubectl("get", "nodes", "--output", "json"))["items"]
    return {
        name: image["sizeBytes"]
        for node in nodes
        for image in node["status"].get("images", [])
        for name in image.get("names", [])
    }


def code_change(release: Release) -> Iterator[Row]:
    """A new line in the API's code, until the new pod is ready and the old one gone."""
    up = ("stenofleet-deploy", "up", "--no-demo", *_place(release))
    _timed(*up)  # so that nothing but the new line is new
    MARKER.write_text(f'"""Written by the benchmark at {time.time():.3f}."""\n')
    try:
        took = _timed(*up)
    finally:
        MARKER.unlink()
    yield "a code change in the API to running in the cluster", f"{took:.1f} s"


def _place(release: Release) -> list[str]:
    words = ["--namespace", release.namespace, "--release", release.name]
    if release.cluster.flavour is Flavour.NAMED:
        return [*words, "--context", release.cluster.context]
    return [*words, "--cluster", release.cluster.flavour.value]


def restart(release: Release) -> Iterator[Row]:
    """The cluster of this repository, from down to a ready node with metrics."""
    if release.cluster.flavour is not Flavour.EMBEDDED:
        raise DeployError("only the cluster of this repository is stopped and started")
    _timed("cluster", "down")
    took = _timed("cluster", "up")
    yield "cluster down to node Ready and metrics served, warm cache", f"{took:.1f} s"


def _timed(program: str, *arguments: str) -> float:
    begun = time.monotonic()
    # Beside this Python, which is the one of the workspace.
    run([Path(sys.executable).with_name(program), *arguments], timeout=COMMAND_SECONDS, folder=ROOT)
    return time.monotonic() - begun


def note(text: str) -> None:
    """Tell how far it is, apart from the table on the standard output."""
    sys.stderr.write(f"  {text}\n")
    sys.stderr.flush()
