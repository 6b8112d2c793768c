"""What NetworkPolicies allow, worked out as a network plugin would.

A connection needs a rule at both its ends: one for egress where it begins and one for ingress where
it ends. An end that no policy of that direction selects allows everything.
"""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Object = Mapping[str, Any]
NAME_OF_A_NAMESPACE = "kubernetes.io/metadata.name"


@dataclass(frozen=True)
class Pod:
    """A pod by what policies see of it."""

    namespace: str
    labels: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True)
class Address:
    """Somebody outside of the cluster's pods."""

    ip: str


End = Pod | Address


def allowed(
    policies: Sequence[Object], source: End, target: End, port: int, protocol: str = "TCP"
) -> bool:
    """Whether a connection may be made."""
    at = (port, protocol)
    return _passes(policies, "Egress", source, target, at) and _passes(
        policies, "Ingress", target, source, at
    )


def _passes(
    policies: Iterable[Object], way: str, end: End, other: End, at: tuple[int, str]
) -> bool:
    bound = [each for each in policies if isinstance(end, Pod) and _selects(each, way, end)]
    field_name, key = ("egress", "to") if way == "Egress" else ("ingress", "from")
    return not bound or any(
        _peers(rule.get(key), other, policy) and _ports(rule.get("ports"), *at)
        for policy in bound
        for rule in policy["spec"].get(field_name, [])
    )


def _selects(policy: Object, way: str, pod: Pod) -> bool:
    return (
        way in policy["spec"]["policyTypes"]
        and policy["metadata"]["namespace"] == pod.namespace
        and _matches(policy["spec"]["podSelector"], pod.labels)
    )


def _ports(ports: Sequence[Object] | None, port: int, protocol: str) -> bool:
    if not ports:
        return True
    return any(each["port"] == port and each.get("protocol", "TCP") == protocol for each in ports)


def _peers(peers: Sequence[Object] | None, other: End, policy: Object) -> bool:
    return not peers or any(_is(peer, other, policy["metadata"]["namespace"]) for peer in peers)


def _is(peer: Object, other: End, home: str) -> bool:
    if isinstance(other, Address):
        return "ipBlock" in peer and _within(peer["ipBlock"], other.ip)
    if "ipBlock" in peer:
        # What addresses pods have is nobody's promise.
        return False
    there = {NAME_OF_A_NAMESPACE: other.namespace}
    in_namespace = (
        _matches(peer["namespaceSelector"], there)
        if "namespaceSelector" in peer
        else other.namespace == home
    )
    return in_namespace and _matches(peer.get("podSelector", {}), other.labels)


def _within(block: Object, ip: str) -> bool:
    address = ipaddress.ip_address(ip)
    if address not in ipaddress.ip_network(block["cidr"]):
        return False
    return not any(address in ipaddress.ip_network(each) for each in block.get("except", []))


def _matches(selector: Object, labels: Mapping[str, str]) -> bool:
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        labels.get(each["key"]) in each["values"] for each in selector.get("matchExpressions", [])
    )
