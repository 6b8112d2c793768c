"""Objects in the cluster that belong to the node's processes."""

import base64
import json
from pathlib import Path

from stenofleet_cluster import addresses
from stenofleet_cluster.errors import CommandError
from stenofleet_cluster.kubectl import Kubectl, wait
from stenofleet_cluster.places import Places

MANIFEST = Path(__file__).with_name("addons.yaml")
METRICS_SERVICE = "v1beta1.metrics.k8s.io"
NODE_METRICS = "/apis/metrics.k8s.io/v1beta1/nodes"
PATIENCE = 60.0


def apply(kubectl: Kubectl, places: Places) -> None:
    """Create or correct the objects."""
    authority = base64.b64encode((places.pki / "ca.crt").read_bytes()).decode()
    text = render(MANIFEST.read_text(), authority)
    kubectl(
        "apply",
        "--server-side",
        "--force-conflicts",
        "--field-manager=stenofleet-cluster",
        "--filename=-",
        text=text,
    )


def render(manifest: str, authority: str) -> str:
    """Fill in the node's address, the port of the metrics server and the authority (base64)."""
    values = {
        "METRICS_PORT": str(addresses.METRICS_PORT),
        "AUTHORITY": authority,
        "[NODE]": f"[{addresses.NODE}]",
    }
    for name, value in values.items():
        manifest = manifest.replace(name, value)
    return manifest


def wait_metrics(kubectl: Kubectl) -> None:
    """Wait until the metrics API tells the node's usage, as `kubectl top` and an HPA need it.

    Raises:
        ClusterError: It does not; what the API server says instead.
    """
    wait(
        lambda: metrics_served(kubectl),
        PATIENCE,
        lambda: kubectl("get", "apiservice", METRICS_SERVICE, "--output=yaml"),
    )


def metrics_served(kubectl: Kubectl) -> bool:
    """Say whether the metrics API tells the usage of a node."""
    try:
        return bool(json.loads(kubectl("get", "--raw", NODE_METRICS))["items"])
    except CommandError:
        return False
