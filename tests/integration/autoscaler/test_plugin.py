"""`kubectl stenofleet` on a real API server; the operator's pages are reached by its pod proxy."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from stenofleet_autoscaler.hold import HELD, HOLD_UNTIL, hold_of
from stenofleet_autoscaler.plugin import leader
from stenofleet_autoscaler.plugin.cli import main
from stenofleet_autoscaler.sense.pods import DRAIN_REQUESTED, DRAINING_SINCE
from stenofleet_autoscaler.spec import PoolSpec
from support.api_server import ADMIN, OPERATOR, ApiServer
from support.programs import built
from support.told_pools import explained, served

SAMPLE = Path(__file__).parents[3] / "manifests" / "samples" / "workerpool.yaml"
DONE, NOT_DONE, USAGE, NOT_THERE, NOT_ALLOWED, NO_LEADER = range(6)
SPEC = {"containers": [{"name": "worker", "image": "none"}]}


@dataclass
class Person:
    """Somebody at a terminal, and the namespace with the pool `mail` (2 to 8 replicas)."""

    api: ApiServer
    namespace: str

    def types(self, *words: str, token: str = ADMIN, namespace: str | None = None) -> Result:
        """Runs the plugin."""
        kubeconfig = str(self.api.kubeconfig(token))
        where = ["-n", namespace or self.namespace, "--kubeconfig", kubeconfig]
        return CliRunner().invoke(main, [*words, *where])

    @property
    def pool(self) -> dict[str, Any]:
        """As it is stored."""
        path = f"/apis/stenofleet.io/v1alpha1/namespaces/{self.namespace}/workerpools/mail"
        return self.api.get(path)

    def annotations(self) -> dict[str, str]:
        """The pool's."""
        notes: dict[str, str] = self.pool["metadata"].get("annotations") or {}
        return notes

    def is_held_at(self, replicas: int, after: float = 0.0) -> bool:
        """Whether the operator would keep the size, so many seconds from now."""
        now = datetime.now(UTC).timestamp() + after
        hold = hold_of(self.pool, PoolSpec.parse(self.pool["spec"]), now)
        return hold is not None and hold.replicas == replicas

    def create(self, path: str, body: dict[str, Any]) -> None:
        """Stores an object in the namespace."""
        created = self.api.create(path.format(self.namespace), body)
        assert created.is_success, created.text

    def create_pod(self, name: str, **labels: str) -> None:
        """A pod that no kubelet runs."""
        meta = {"name": name, "labels": labels}
        self.create("/api/v1/namespaces/{}/pods", {"metadata": meta, "spec": SPEC})

    def create_lease(self, holder: str) -> None:
        """The operator's."""
        self.create(
            "/apis/coordination.k8s.io/v1/namespaces/{}/leases",
            {"metadata": {"name": leader.LEASE}, "spec": {"holderIdentity": holder}},
        )


@pytest.fixture
def person(api_server: ApiServer, namespace: str) -> Person:
    person = Person(api_server, namespace)
    pool = yaml.safe_load(SAMPLE.read_text())
    pool["spec"] |= {"minReplicas": 2, "replicas": 3}
    person.create("/apis/stenofleet.io/v1alpha1/namespaces/{}/workerpools", pool)
    return person


@pytest.fixture
def operator(person: Person, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A leading operator whose pod has this machine's address; a loopback one is not proxied."""
    host = own_address()
    person.create_pod("operator-1")
    path = f"/api/v1/namespaces/{person.namespace}/pods/operator-1/status"
    person.api.patch(path, {"status": {"podIP": host, "podIPs": [{"ip": host}]}})
    person.create_lease("operator-1_1a2b3c4d")
    told = {(person.namespace, "mail"): explained(person.namespace, "mail")}
    with served(told, host=host) as port:
        monkeypatch.setattr(leader, "PORT", port)
        yield


def own_address() -> str:
    """The address of this machine towards others; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        address: str = probe.getsockname()[0]
        return address


@pytest.mark.usefixtures("operator")
def test_status_shows_a_pool_with_the_leaders_figures(person: Person) -> None:
    result = person.types("status")
    head, line = result.stdout.splitlines()
    assert result.exit_code == DONE
    assert head.split()[:3] == ["NAME", "TARGET", "MODE"]
    assert line.split()[:5] == ["mail", "Deployment/mail-worker", "Active", "100", "10"]


def test_status_shows_a_pool_without_a_leader_and_says_what_lacks(person: Person) -> None:
    result = person.types("status", "--operator-namespace", person.namespace)
    assert result.exit_code == DONE
    assert result.stdout.splitlines()[1].split()[:4] == [
        "mail",
        "Deployment/mail-worker",
        "Active",
        "-",
    ]
    assert "no Lease stenofleet-autoscaler" in result.stderr


def test_kubectl_finds_the_plugin_on_the_path(person: Person) -> None:
    kubeconfig = str(person.api.kubeconfig(ADMIN))
    done = subprocess.run(
        [built() / "kubectl", "stenofleet", "status", "-n", person.namespace],
        env={"PATH": str(Path(sys.executable).parent), "KUBECONFIG": kubeconfig},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines()[1].split()[0] == "mail"


def test_status_as_json_is_a_list(person: Person) -> None:
    (line,) = json.loads(person.types("status", "-o", "json").stdout)
    assert line["name"] == "mail"
    assert line["queued"] is None


@pytest.mark.usefixtures("operator")
def test_top_shows_the_leaders_figures_and_the_pods_that_drain(person: Person) -> None:
    path = f"/api/v1/namespaces/{person.namespace}/pods"
    for name in ("mail-1", "mail-2"):
        person.create_pod(name, app="mail")
    person.api.patch(f"{path}/mail-2", {"metadata": {"annotations": {DRAINING_SINCE: "1"}}})
    pool = f"/apis/stenofleet.io/v1alpha1/namespaces/{person.namespace}/workerpools/mail"
    person.api.patch(f"{pool}/status", {"status": {"selector": "app=mail"}})
    result = person.types("top", "--once", "--json")
    assert result.exit_code == DONE, result.output
    ((line,),) = [json.loads(each) for each in result.stdout.splitlines()]
    assert (line["queued"], line["inFlight"]) == (100, 10)
    assert line["drains"] == ["mail-2"]


def test_status_of_a_namespace_without_pools_says_so(person: Person) -> None:
    result = person.types("status", namespace="kube-system")
    assert result.exit_code == DONE
    assert "No pools found in namespace kube-system." in result.stderr


@pytest.mark.usefixtures("operator")
def test_explain_tells_the_leaders_last_decision(person: Person) -> None:
    result = person.types("explain", "mail")
    assert result.exit_code == DONE, result.output
    assert result.stdout.startswith("mail: 100 queued, 10 in flight: 14 slots on 4 pods")
    assert "<- binds" in result.stdout


@pytest.mark.usefixtures("operator")
def test_explain_as_json_is_what_the_leader_said(person: Person) -> None:
    told = json.loads(person.types("explain", "mail", "-o", "json").stdout)
    assert told == explained(person.namespace, "mail")


@pytest.mark.usefixtures("operator")
def test_explain_asks_the_operator_of_another_namespace(
    person: Person, api_server: ApiServer
) -> None:
    other = f"{person.namespace}-other"
    assert api_server.create("/api/v1/namespaces", {"metadata": {"name": other}}).is_success
    pool = yaml.safe_load(SAMPLE.read_text())
    pools = f"/apis/stenofleet.io/v1alpha1/namespaces/{other}/workerpools"
    assert api_server.create(pools, pool).is_success
    words = ("explain", "mail", "--operator-namespace", person.namespace)
    result = person.types(*words, namespace=other)
    assert result.exit_code == NOT_THERE
    assert f"Nothing was decided for a pool mail in namespace {other} yet" in result.stderr


@pytest.mark.parametrize(
    ("holder", "sentence"),
    [(None, "no Lease"), ("", "nobody holds the Lease"), ("gone-1_ff", 'pods "gone-1" not found')],
)
def test_explain_without_a_leader_says_so(
    person: Person, holder: str | None, sentence: str
) -> None:
    if holder is not None:
        person.create_lease(holder)
    result = person.types("explain", "mail", "--operator-namespace", person.namespace)
    assert result.exit_code == NO_LEADER
    assert sentence in result.stderr


def test_a_hold_stands_for_the_time_that_was_asked_for_and_not_longer(person: Person) -> None:
    result = person.types("hold", "mail", "--replicas", "5", "--for", "30m")
    assert result.exit_code == DONE, result.output
    assert person.pool["spec"]["replicas"] == 5
    assert person.is_held_at(5, after=1700)
    assert not person.is_held_at(5, after=1900)
    assert person.annotations()[HOLD_UNTIL] in result.stdout


def test_a_hold_without_a_time_stands_for_the_pools_own(person: Person) -> None:
    person.types("hold", "mail", "--replicas", "5")
    assert person.is_held_at(5, after=timedelta(minutes=9).total_seconds())
    assert not person.is_held_at(5, after=timedelta(minutes=11).total_seconds())


def test_a_pool_can_be_held_at_the_size_it_has(person: Person) -> None:
    person.types("hold", "mail", "--replicas", "3")
    assert person.is_held_at(3)


@pytest.mark.parametrize("replicas", ["1", "9"])
def test_a_hold_beyond_the_bounds_is_refused_with_the_bounds(person: Person, replicas: str) -> None:
    result = person.types("hold", "mail", "--replicas", replicas)
    assert result.exit_code == NOT_DONE
    assert "its bounds are 2 (minReplicas) to 8 (maxReplicas)" in result.stderr
    assert person.pool["spec"]["replicas"] == 3


def test_resume_ends_a_hold(person: Person) -> None:
    person.types("hold", "mail", "--replicas", "5")
    assert person.types("resume", "mail").exit_code == DONE
    assert not person.is_held_at(5)
    assert HELD not in person.annotations()


def test_resuming_what_nobody_holds_is_done_already(person: Person) -> None:
    assert person.types("resume", "mail").exit_code == DONE
    assert person.pool["spec"]["replicas"] == 3


def test_drain_leaves_the_wish_on_a_pools_pod(person: Person) -> None:
    path = f"/apis/stenofleet.io/v1alpha1/namespaces/{person.namespace}/workerpools/mail/status"
    person.api.patch(path, {"status": {"selector": "app=mail"}})
    person.create_pod("mail-1", app="mail")
    result = person.types("drain", "mail-1")
    pod = person.api.get(f"/api/v1/namespaces/{person.namespace}/pods/mail-1")
    assert result.stdout == "mail-1 will be drained by mail\n"
    assert DRAIN_REQUESTED in pod["metadata"]["annotations"]


def test_drain_leaves_a_pod_of_no_pool_alone(person: Person) -> None:
    person.create_pod("stranger", app="else")
    result = person.types("drain", "stranger")
    pod = person.api.get(f"/api/v1/namespaces/{person.namespace}/pods/stranger")
    assert result.exit_code == NOT_DONE
    assert "is of no pool" in result.stderr
    assert "annotations" not in pod["metadata"]


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "nothing"),
        ("hold", "nothing", "--replicas", "3"),
        ("resume", "nothing"),
        ("drain", "nothing"),
    ],
)
def test_what_is_not_there_is_said_by_name(person: Person, words: tuple[str, ...]) -> None:
    result = person.types(*words)
    assert result.exit_code == NOT_THERE
    assert '"nothing" not found' in result.stderr


@pytest.mark.parametrize(
    "words", [("status",), ("explain", "mail"), ("hold", "mail", "--replicas", "3")]
)
def test_who_has_no_right_is_told_which(person: Person, words: tuple[str, ...]) -> None:
    result = person.types(*words, token=OPERATOR)
    assert result.exit_code == NOT_ALLOWED
    assert "workerpools" in result.stderr
    assert "forbidden" in result.stderr


def test_a_duration_that_is_none_is_wrong_usage(person: Person) -> None:
    for length in ("soon", "0s"):
        result = person.types("hold", "mail", "--replicas", "3", "--for", length)
        assert result.exit_code == USAGE


def test_an_api_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    server = {"server": "https://127.0.0.1:9"}
    user = {"cluster": "gone", "user": "gone"}
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(
        yaml.safe_dump(
            {
                "clusters": [{"name": "gone", "cluster": server}],
                "contexts": [{"name": "gone", "context": user}],
                "users": [{"name": "gone", "user": {}}],
                "current-context": "gone",
            }
        )
    )
    result = CliRunner().invoke(main, ["status", "--kubeconfig", str(kubeconfig)])
    assert result.exit_code == NOT_DONE
    assert "https://127.0.0.1:9 does not answer" in result.stderr


def test_a_context_that_is_not_there_is_named(person: Person) -> None:
    result = person.types("status", "--context", "elsewhere")
    assert result.exit_code == NOT_DONE
    assert "elsewhere" in result.stderr
