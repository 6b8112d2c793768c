"""``stenofleet-autoscaler test-pools`` on a real API server, as `helm test` runs it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.api_server import ADMIN, OPERATOR, ApiServer

SAMPLE = Path(__file__).parents[3] / "manifests" / "samples" / "workerpool.yaml"
COMMAND = Path(sys.executable).parent / "stenofleet-autoscaler"
POOLS = "/apis/stenofleet.io/v1alpha1/namespaces/{}/workerpools"
AT = "2026-01-01T00:00:00Z"


@pytest.fixture
def pools(api_server: ApiServer, namespace: str) -> str:
    """Where the pool ``mail`` is, of which nobody told yet."""
    path = POOLS.format(namespace)
    created = api_server.create(path, yaml.safe_load(SAMPLE.read_text()))
    assert created.is_success, created.text
    return path


def asked(server: ApiServer, namespace: str, *names: str, who: str = ADMIN) -> Any:
    where = ("--namespace", namespace, "--kubeconfig", str(server.kubeconfig(who)))
    command = [str(COMMAND), "test-pools", *names, *where]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def tell(server: ApiServer, pools: str, **conditions: str) -> None:
    """As the operator writes a status."""
    told = [
        {
            "type": kind,
            "status": status,
            "reason": "Said",
            "message": f"why {kind} is {status}",
            "lastTransitionTime": AT,
        }
        for kind, status in conditions.items()
    ]
    decision = {"reason": "Idle", "message": "nothing waits", "at": AT}
    status = {"conditions": told, "replicas": 0, "decision": decision}
    server.patch(f"{pools}/mail/status", {"status": status})


def test_a_pool_that_is_sized_gets_a_tick(
    api_server: ApiServer, namespace: str, pools: str
) -> None:
    tell(api_server, pools, Ready="True", BrokerReachable="True")
    done = asked(api_server, namespace, "mail")
    assert (done.returncode, done.stdout) == (0, "✓ mail: 0 replicas, Idle\n"), done.stderr


@pytest.mark.parametrize(
    ("conditions", "sentence"),
    [
        ({}, "no operator told of Ready yet: see whether the operator's pods run"),
        ({"Ready": "True"}, "no operator told of BrokerReachable yet"),
        (
            {"Ready": "False", "BrokerReachable": "True"},
            "Ready is False, Said: why Ready is False",
        ),
        (
            {"Ready": "True", "BrokerReachable": "Unknown"},
            "BrokerReachable is Unknown, Said: why BrokerReachable is Unknown",
        ),
    ],
)
def test_a_pool_that_is_not_sized_is_told_with_the_reason(
    conditions: dict[str, str], sentence: str, api_server: ApiServer, namespace: str, pools: str
) -> None:
    tell(api_server, pools, **conditions)
    done = asked(api_server, namespace, "mail")
    assert done.returncode == 1
    assert done.stdout.startswith(f"✗ mail: {sentence}")


def test_a_pool_that_is_not_there_and_one_that_may_not_be_read_are_told(
    api_server: ApiServer, namespace: str
) -> None:
    done = asked(api_server, namespace, "mail", "post")
    assert done.returncode == 1
    assert done.stdout == "".join(
        f"✗ {name}: there is no such WorkerPool in the namespace {namespace}\n"
        for name in ("mail", "post")
    )
    forbidden = asked(api_server, namespace, "mail", who=OPERATOR)
    assert f"this account may not read it in the namespace {namespace}" in forbidden.stdout


def test_an_api_server_that_is_not_known_is_told(tmp_path: Path) -> None:
    command = [str(COMMAND), "test-pools", "mail", "--namespace", "a", "--kubeconfig"]
    words = [*command, str(tmp_path / "none")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "stenofleet-autoscaler: the API server is not known" in done.stderr
