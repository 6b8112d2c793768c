"""The objects of the API server as our watches last showed them."""

from collections.abc import Iterable, Mapping
from typing import Any

from stenofleet_autoscaler.sense.pods import selects

Raw = Mapping[str, Any]
Key = tuple[str, str]

POOLS, DEPLOYMENTS, PODS = "workerpools", "deployments", "pods"


class Store:
    """Pools, deployments and pods by namespace and name."""

    def __init__(self) -> None:
        self._objects: dict[str, dict[Key, Raw]] = {POOLS: {}, DEPLOYMENTS: {}, PODS: {}}
        self._deleted: dict[str, dict[Key, int]] = {POOLS: {}, DEPLOYMENTS: {}, PODS: {}}

    def take(self, kind: str, event: str | None, raw: Raw) -> None:
        """Takes in one event of a watch; `event` is None for what a listing shows."""
        key = raw["metadata"]["namespace"], raw["metadata"]["name"]
        if event == "DELETED":
            self._objects[kind].pop(key, None)
            self._deleted[kind][key] = _version(raw)
        else:
            self._objects[kind][key] = raw

    def replace(self, kind: str, namespace: str, raws: Iterable[Raw], version: str) -> None:
        """Takes in a whole listing: what it does not show is gone, unless it is newer.

        A watch may have told of changes after the listing was made; those stand.
        """
        deleted, self._deleted[kind] = self._deleted[kind], {}
        known = self._objects[kind]
        kept = {
            key: raw
            for key, raw in known.items()
            if key[0] != namespace or _version(raw) > int(version or 0)
        }
        listed = {(namespace, str(raw["metadata"]["name"])): raw for raw in raws}
        fresh = {key: raw for key, raw in listed.items() if deleted.get(key, -1) < _version(raw)}
        self._objects[kind] = fresh | kept

    def pools(self) -> list[Raw]:
        """Every WorkerPool that is not being deleted."""
        pools = self._objects[POOLS].values()
        return [pool for pool in pools if not pool["metadata"].get("deletionTimestamp")]

    def deployment(self, namespace: str, name: str) -> Raw | None:
        """A target."""
        return self._objects[DEPLOYMENTS].get((namespace, name))

    def pods_of(self, deployment: Raw) -> list[Raw]:
        """The pods that the deployment's selector takes."""
        namespace = deployment["metadata"]["namespace"]
        selector = deployment["spec"]["selector"]
        return [
            pod
            for (where, _), pod in self._objects[PODS].items()
            if where == namespace and selects(selector, pod["metadata"].get("labels") or {})
        ]

    def rival(self, pool: Raw) -> str | None:
        """The name of an older pool with the same target: that one has the say."""
        older = [
            other
            for other in self.pools()
            if _target(other) == _target(pool) and _age(other) < _age(pool)
        ]
        return min(older, key=_age)["metadata"]["name"] if older else None


def _version(raw: Raw) -> int:
    """Kubernetes' versions of objects are numbers that grow with each change."""
    return int(raw["metadata"].get("resourceVersion") or 0)


def _target(pool: Raw) -> tuple[str, str, str]:
    ref = pool["spec"]["targetRef"]
    return pool["metadata"]["namespace"], ref["kind"], ref["name"]


def _age(pool: Raw) -> tuple[str, str]:
    return pool["metadata"]["creationTimestamp"], pool["metadata"]["uid"]
