"""A release that changes while it works, and one that goes."""

from collections.abc import Iterator

import pytest
from stenofleet_deploy.cluster import Cluster
from stenofleet_deploy.release import Release
from support.fleet import WORKER, Fleet, eventually
from support.releases import GONE_SECONDS, installed, uninstall, upgrade
from support.speech import recording

MAXIMUM = "workers.transcription.maxReplicas"


@pytest.fixture
def small_fleet(fleet: Fleet) -> Iterator[Fleet]:
    """The fleet while it may have one worker."""
    upgrade(fleet.release, f"{MAXIMUM}=1")
    yield fleet
    upgrade(fleet.release, f"{MAXIMUM}=3")


def test_an_upgraded_maximum_takes_effect_without_a_restart(small_fleet: Fleet) -> None:
    fleet = small_fleet
    sessions = [fleet.started(recording(6)) for _ in range(4)]
    eventually(lambda: _reason(fleet) == "AtMaximum", "the pool at its maximum", 120)
    fleet.wait_transcribing(sessions[0])
    steady = fleet.runs("operator", "worker-core", "beat", "api")
    busy = fleet.runs(WORKER)

    upgrade(fleet.release, f"{MAXIMUM}=2")
    fleet.wait_replicas(2)
    eventually(lambda: busy < fleet.runs(WORKER), "a second pod beside the first", 120)
    for session in sessions:
        fleet.wait_completed(session, 400)

    assert fleet.runs("operator", "worker-core", "beat", "api") == steady
    assert fleet.attempts(sessions) == [1] * len(sessions)


def test_helm_test_asks_a_release_that_serves_and_leaves_nothing(fleet: Fleet) -> None:
    release = fleet.release
    told = helm_test(release)

    assert told.count("Phase:") == told.count("Phase:          Succeeded") > 0
    for line in ("✓ The API is ready", "✓ The broker answers", "✓ The database answers"):
        assert line in told
    assert f"✓ {release.name}-transcription: 0 replicas" in told
    eventually(lambda: not _of_tests(release), "the tests' pods to go", 120)


def _of_tests(release: Release) -> list[str]:
    names = release.kubectl("get", "pods", "--output", "name").split()
    return [name for name in names if "-test-" in name]


def helm_test(release: Release) -> str:
    """What `helm test` says; the Pods' own words are on its stderr."""
    words = ["helm", "--kube-context", release.cluster.context, "test", release.name]
    words += ["--namespace", release.namespace, "--timeout", "120s"]
    return release.cluster.run(["sh", "-c", '"$@" 2>&1', "sh", *words], 150)


def test_an_uninstalled_release_leaves_no_pod_behind(cluster: Cluster) -> None:
    with installed(cluster, "stenofleet-e2e-leaves") as release:
        assert release.get("pods")
        uninstall(release)
        eventually(lambda: not release.get("pods"), "the last pod to go", GONE_SECONDS)
        assert release.get("deployments,statefulsets,jobs,workerpools") == []


def _reason(fleet: Fleet) -> str:
    return str(fleet.pool().get("status", {}).get("decision", {}).get("reason"))
