"""A release from its installation to its end, in a namespace that enforces `restricted`."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from stenofleet_deploy import portforward, readiness
from stenofleet_deploy.cluster import Cluster
from stenofleet_deploy.errors import CommandError
from stenofleet_deploy.release import Release
from stenofleet_deploy.shell import program
from support.documents import values_shown
from support.evidence import shown_at_failure
from support.fleet import Fleet, client, eventually
from support.images import plain_app_image
from support.load_in_cluster import Load, load
from support.next_release import NEW_FIELD, VERSION, next_chart, next_images
from support.releases import GONE_SECONDS, ROOT, deploy, removed, uninstall
from support.speech import recording
from support.watches import watched

NAMESPACE = "stenofleet-e2e-life"
SERVICE = "http://stenofleet-api:8000"
CHART = ROOT / "helm" / "stenofleet"
VALUES = Path(__file__).with_name("life_values.yaml")
HELM_SECONDS = 180
SESSIONS = 2
PARTS = ("api", "worker-core", "beat", "operator")
ASLEEP_SECONDS = 240
"""A fresh Deployment has a pod until the pool's quiet window, by default a minute, is over."""
UNKEPT = {"events", "pods"}
"""Kinds that say what happened, and metrics that share the name of pods."""
ENDINGS = (
    'jsonpath={.metadata.name} {.status.containerStatuses[*].state.terminated.exitCode}{"\\n"}'
)
KILLED = "137"
"""The code of a container whose grace was over."""

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def release(cluster: Cluster) -> Iterator[Release]:
    """The tests below lead it through its life, in their order."""
    found = Release(cluster, "stenofleet", NAMESPACE)
    with removed(found):
        deploy(found, "--values", str(VALUES))
        yield found


def test_an_upgrade_under_load_fails_no_request_and_loses_and_doubles_no_task(
    release: Release, tmp_path: Path
) -> None:
    chart, images = next_chart(tmp_path), next_images(release)
    with reached(release) as fleet, load(fleet, SERVICE) as sending:
        sessions = [fleet.started(recording(4)) for _ in range(SESSIONS)]
        fleet.wait_transcribing(sessions[0])
        sending.wait_further(20)
        before = fleet.runs(*PARTS)

        upgraded(release, str(chart), f"workers.core.poolSpec.{NEW_FIELD}=OPS-1", values=images)
        readiness.wait(release)
        sending.wait_further(20)
        sending.finish()
        eventually(lambda: not before & fleet.runs(*PARTS), "the old pods to go", GONE_SECONDS)
        assert_nothing_failed(fleet, sending)
        assert fleet.pool("stenofleet-core")["spec"][NEW_FIELD] == "OPS-1"
    assert told(release)["chart"] == f"stenofleet-{VERSION}"
    with reached(release) as fleet:
        for session in sessions:
            fleet.wait_completed(session, 240)
            assert fleet.positions(session) == list(range(len(fleet.segments(session))))
        assert fleet.attempts(sessions) == [1] * SESSIONS


def test_a_rollback_under_load_fails_no_request(release: Release) -> None:
    previous = told(release)["revision"] - 1
    with reached(release) as fleet, load(fleet, SERVICE) as sending:
        sending.wait_further(20)
        words = ("rollback", release.name, str(previous), "--namespace", release.namespace)
        release.cluster.helm(*words, timeout=HELM_SECONDS)
        readiness.wait(release)
        sending.wait_further(20)
        sending.finish()
        assert_nothing_failed(fleet, sending)
    assert told(release)["chart"] != f"stenofleet-{VERSION}"


def test_of_two_upgrades_at_once_the_second_is_told_so_and_changes_nothing(
    release: Release,
) -> None:
    before = told(release)["revision"]
    with (
        upgrading(release, "api.podAnnotations.first=yes") as first,
        pytest.raises(CommandError, match=r"another operation .* is in progress"),
    ):
        upgraded(release, str(CHART), "api.podAnnotations.second=yes")
    assert first.returncode == 0
    readiness.wait(release)

    assert told(release)["revision"] == before + 1
    assert annotations(release).get("first") == "yes"
    assert "second" not in annotations(release)


def test_the_five_lines_that_a_page_shows_run_an_app_from_zero_and_back(release: Release) -> None:
    values = values_shown("chart.md", "A pool of your own")
    values["workers"]["mail"]["image"] = plain_app_image(release.cluster)
    upgraded(release, str(CHART), values=values)
    readiness.wait(release)
    pods = "app.kubernetes.io/component=worker-mail"
    with (
        reached(release) as fleet,
        shown_at_failure(release.kubectl, "stenofleet-mail", pods),
    ):
        eventually(lambda: mailers(fleet) == 0, "the new pool to sleep", ASLEEP_SECONDS)
        assert in_core(release, "celery", "result", doubled(release, 21)) == "42"
        assert mailers(fleet) == 1
        eventually(lambda: mailers(fleet) == 0, "the pool to sleep again", ASLEEP_SECONDS)


def test_an_uninstalled_release_leaves_what_it_promises_and_nothing_else(
    release: Release,
) -> None:
    with watched(release.cluster, release.namespace, "pods", "-o", ENDINGS) as endings:
        uninstall(release)
        eventually(lambda: not release.get("pods"), "the last pod to go", GONE_SECONDS)
    seen = {line for _, line in endings}
    # Its Redis went first; none of them used up its grace.
    assert any(line.startswith(f"{release.name}-worker-core") for line in seen)
    assert {line for line in seen if KILLED in line.split()} == set()
    promised = {
        "persistentvolumeclaim/stenofleet-recordings",
        "persistentvolumeclaim/data-stenofleet-redis-0",
        "persistentvolumeclaim/data-stenofleet-postgresql-0",
        "secret/stenofleet-postgresql",
        # The operator makes it, not Helm; the next leader takes it over.
        "lease.coordination.k8s.io/stenofleet-autoscaler",
        # Kubernetes' own, in each namespace.
        "configmap/kube-root-ca.crt",
        "serviceaccount/default",
    }
    eventually(lambda: left(release) <= promised, "what is owned to go", 60)
    assert left(release) == promised
    of_the_release = (
        *("get", "clusterroles,clusterrolebindings", "-o", "name"),
        *("--selector", f"{release.selector},app.kubernetes.io/managed-by=Helm"),
    )
    assert release.cluster.kubectl(*of_the_release).split() == []
    assert release.cluster.kubectl("get", "crd", "workerpools.stenofleet.io", "-o", "name")


def mailers(fleet: Fleet) -> int:
    return int(fleet.get("deployment", "stenofleet-worker-mail")["spec"]["replicas"])


def doubled(release: Release, number: int) -> str:
    """The id of a task that was sent to the queue of the page's pool."""
    words = ("call", "double", "--args", f"[{number}]", "--queue", "mail")
    return in_core(release, "celery", *words)


def in_core(release: Release, *command: str) -> str:
    """The last line that a command writes where broker and results are in the environment."""
    where = ("exec", "deployment/stenofleet-worker-core", "--")
    return release.kubectl(*where, *command).splitlines()[-1]


def assert_nothing_failed(fleet: Fleet, sending: Load) -> None:
    assert sending.failed() == []
    taken = sending.taken()
    query = "SELECT event_id FROM movement_log"
    eventually(lambda: taken <= set(fleet.sql(query)), "the movements to be written", 90)


@contextmanager
def reached(release: Release) -> Iterator[Fleet]:
    """The release, by an API pod that is there now."""
    with portforward.api(release) as url, client(url) as http:
        yield Fleet(release, http)


def helm_words(release: Release, chart: str, *settings: str) -> list[str]:
    where = ["--namespace", release.namespace, "--reuse-values", "--values", "-"]
    options = [word for setting in settings for word in ("--set", setting)]
    return ["upgrade", release.name, chart, *where, *options]


def upgraded(
    release: Release, chart: str, *settings: str, values: dict[str, Any] | None = None
) -> None:
    command = helm_words(release, chart, *settings)
    release.cluster.helm(*command, text=json.dumps(values or {}), timeout=HELM_SECONDS)


@contextmanager
def upgrading(release: Release, *settings: str) -> Iterator["subprocess.Popen[bytes]"]:
    """An upgrade that is under way."""
    cluster = release.cluster
    command = [program("helm", cluster.environment), "--kube-context", cluster.context]
    process = subprocess.Popen(
        [*command, *helm_words(release, str(CHART), *settings)],
        env={**os.environ, **cluster.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: told(release)["status"] == "pending-upgrade", "its start", 60)
        yield process
    finally:
        process.wait(HELM_SECONDS)


def told(release: Release) -> dict[str, Any]:
    """What Helm says of the release's newest revision."""
    words = ("history", release.name, "--namespace", release.namespace, "--max", "1", "-o", "json")
    newest: dict[str, Any] = json.loads(release.cluster.helm(*words))[-1]
    return newest


def annotations(release: Release) -> dict[str, str]:
    """Of the API's pods."""
    deployment = json.loads(release.kubectl("get", "deployment", "stenofleet-api", "-o", "json"))
    found: dict[str, str] = deployment["spec"]["template"]["metadata"]["annotations"]
    return found


def left(release: Release) -> set[str]:
    """Every object of the namespace, but for what was told of it."""
    kinds = release.cluster.kubectl("api-resources", "--namespaced", "--verbs=list", "-o", "name")
    kept = [kind for kind in kinds.split() if kind.partition(".")[0] not in UNKEPT]
    return set(release.kubectl("get", ",".join(kept), "-o", "name").split())
