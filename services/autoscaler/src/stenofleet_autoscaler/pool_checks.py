"""Whether WorkerPools are sized: what the operator wrote into their status, in a sentence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kubernetes.client import ApiException, CustomObjectsApi
from urllib3.exceptions import HTTPError

from stenofleet_autoscaler.clients import ClientError, api_client

KIND = ("stenofleet.io", "v1alpha1")
ANSWER_SECONDS = 10.0
NEEDED = ("Ready", "BrokerReachable")
"""The conditions without which a pool keeps the size that it has."""

NOT_FOUND, FORBIDDEN = 404, 403


@dataclass(frozen=True)
class Line:
    """What is told of a pool."""

    pool: str
    is_good: bool
    text: str

    def __str__(self) -> str:
        """As a terminal shows it."""
        return f"{'✓' if self.is_good else '✗'} {self.pool}: {self.text}"


def look(namespace: str, names: Iterable[str], kubeconfig: str | None) -> list[Line]:
    """A line for each pool.

    Args:
        namespace: where the pools are.
        names: theirs.
        kubeconfig: a file; None uses the pod's own account.

    Raises:
        ClientError: the API server is not known, or does not answer.
    """
    api = CustomObjectsApi(api_client(kubeconfig))
    return [_line(api, namespace, name) for name in names]


def line(pool: Mapping[str, Any]) -> Line:
    """What its status says."""
    name, status = pool["metadata"]["name"], pool.get("status") or {}
    conditions = {each["type"]: each for each in status.get("conditions") or []}
    for each in NEEDED:
        told = conditions.get(each)
        if told is None:
            then = "see whether the operator's pods run, and watch this namespace"
            return Line(name, is_good=False, text=f"no operator told of {each} yet: {then}")
        if told["status"] != "True":
            text = f"{each} is {told['status']}, {told['reason']}: {told['message']}"
            return Line(name, is_good=False, text=text)
    decision = status.get("decision") or {}
    sized = f"{status.get('replicas', 'unknown')} replicas, {decision.get('reason', 'undecided')}"
    return Line(name, is_good=True, text=sized)


def _line(api: Any, namespace: str, name: str) -> Line:
    try:
        found = api.get_namespaced_custom_object(
            *KIND, namespace, "workerpools", name, _request_timeout=ANSWER_SECONDS
        )
    except ApiException as error:
        return Line(name, is_good=False, text=_refusal(error, namespace))
    except HTTPError as error:
        raise ClientError(f"the API server does not answer: {error}") from None
    return line(found)


def _refusal(error: ApiException, namespace: str) -> str:
    known = {
        NOT_FOUND: f"there is no such WorkerPool in the namespace {namespace}",
        FORBIDDEN: f"this account may not read it in the namespace {namespace}",
    }
    return known.get(error.status, f"the API server answers {error.status} {error.reason}")
