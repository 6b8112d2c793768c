"""The images for hosts without Kubernetes, run as such a host runs them."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from stenofleet_deploy.cluster import Cluster
from stenofleet_deploy.portforward import forwarded
from stenofleet_deploy.release import Release, ensure_namespace
from support.fleet import Fleet
from support.images import host_images
from support.speech import error_rate, recording

POD = Path(__file__).parent / "hosts.yaml"
START_SECONDS = 180
CLOCK_PORT = 8082
"""Of beat in hosts/combined.sh."""


@pytest.fixture
def host(cluster: Cluster) -> Iterator[Release]:
    """The namespace with the pod, all of whose containers are ready."""
    manifest = POD.read_text()
    for name, image in host_images(cluster, "tiny.en").items():
        manifest = manifest.replace(f"IMAGE_{name.upper()}", image)
    place = Release(cluster, "hosts", "stenofleet-e2e-hosts")
    ensure_namespace(place)
    try:
        where = ("--namespace", place.namespace)
        cluster.kubectl(*where, "apply", "--filename", "-", text=manifest)
        wait = ("wait", "pod/hosts", "--for=condition=Ready", f"--timeout={START_SECONDS}s")
        cluster.kubectl(*where, *wait, timeout=START_SECONDS + 10)
        yield place
    finally:
        cluster.kubectl("delete", "namespace", place.namespace, timeout=120)


def test_one_container_transcribes_and_a_worker_answers_on_the_port_of_its_host(
    host: Release,
) -> None:
    with forwarded(host, "pod/hosts", ":9000") as address:
        httpx.get(f"http://{address}/health").raise_for_status()
    with forwarded(host, "pod/hosts", f":{CLOCK_PORT}") as address:
        httpx.get(f"http://{address}/livez").raise_for_status()
    with (
        forwarded(host, "pod/hosts", ":8000") as address,
        httpx.Client(base_url=f"http://{address}", timeout=30) as http,
    ):
        combined = Fleet(host, http)
        session = combined.started(recording())
        combined.wait_completed(session, 120)
        assert error_rate(combined.text(session)) <= 0.05
