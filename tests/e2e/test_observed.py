"""A release as a Prometheus sees it: every panel of every dashboard has data after some work.

The Prometheus is a process of this machine, beside the cluster: it reaches the release's pods by
their addresses, with the labels that docs/prometheus.yaml gives them.
"""

from pathlib import Path

from stenofleet_deploy.dashboards import proof
from stenofleet_deploy.dashboards.__main__ import FOLDER
from support.fleet import Fleet, eventually
from support.movements_sent import ADD, movement
from support.panels import wait_full
from support.pod_targets import pod_targets
from support.prometheus import prometheus
from support.receivers import Receiver, receiver
from support.releases import ROOT
from support.speech import recording

DONE_SECONDS = 240
SHOWN_SECONDS = 240
"""Partitions of movements are looked at once a minute."""


def test_every_panel_of_every_dashboard_returns_data(fleet: Fleet, tmp_path: Path) -> None:
    cluster, node = fleet.release.cluster, address(fleet)
    with (
        pod_targets(cluster, fleet.release.namespace, tmp_path) as pods,
        prometheus(tmp_path, pods) as url,
        receiver(host=node) as hook,
    ):
        work(fleet, hook, node)
        fleet.wait_asleep()
        wait_full(url, SHOWN_SECONDS)
        eventually(lambda: proved(url), "the command to say the same", SHOWN_SECONDS)


def proved(url: str) -> bool:
    """What it says depends on where its points of time fall: between two of them is no rate."""
    try:
        proof.main([url, "--folder", str(ROOT / FOLDER)])
    except SystemExit:
        return False
    return True


def work(fleet: Fleet, hook: Receiver, host: str) -> None:
    """From no worker to a transcript, of which somebody is told, and a movement is written."""
    told = {"url": hook.url(host), "events": ["session.completed"]}
    assert fleet.http.post("/api/v1/webhooks", json=told).is_success
    session = fleet.started(recording())
    assert fleet.http.post(ADD, json=movement()).is_success
    fleet.wait_completed(session, DONE_SECONDS)
    eventually(lambda: hook.messages, "the webhook", DONE_SECONDS)


def address(fleet: Fleet) -> str:
    """Where pods reach this machine: it is the node."""
    [node] = fleet.get("nodes")["items"]
    found = {each["type"]: str(each["address"]) for each in node["status"]["addresses"]}
    return found["InternalIP"]
