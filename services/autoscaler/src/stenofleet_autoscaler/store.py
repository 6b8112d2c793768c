"""The objects of the API server as our watches last showed them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from stenofleet_autoscaler.kinds import PODS, POOLS, SCALERS, TARGETS, WATCHED, Kind
from stenofleet_autoscaler.sense.pods import selects
from stenofleet_autoscaler.trim import trimmed

Raw = Mapping[str, Any]
Key = tuple[str, str]
Target = tuple[str, str, str]
"""Namespace, kind and name."""


@dataclass(frozen=True)
class Other:
    """An object beside a pool that sizes the same target."""

    kind: str
    name: str


@dataclass
class _Objects:
    """The objects of a kind, by namespace and name; `changes` counts for each namespace."""

    known: dict[str, dict[str, Raw]] = field(default_factory=dict)
    deleted: dict[Key, int] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    total: int = 0

    def put(self, namespace: str, name: str, raw: Raw) -> None:
        self.known.setdefault(namespace, {})[name] = raw
        self._changed(namespace)

    def remove(self, namespace: str, name: str) -> None:
        self.known.get(namespace, {}).pop(name, None)
        self._changed(namespace)

    def _changed(self, namespace: str) -> None:
        self.changes[namespace] = self.changes.get(namespace, 0) + 1
        self.total += 1

    def all(self) -> list[Raw]:
        return [raw for names in self.known.values() for raw in names.values()]


class Store:
    """Pools, targets, pods and other scalers by namespace and name."""

    def __init__(self) -> None:
        self._kinds = {kind: _Objects() for kind in WATCHED}
        self._pods_of: dict[Target, tuple[object, list[Raw]]] = {}
        self._by_target: dict[Kind, tuple[object, dict[Target, list[Raw]]]] = {}

    def take(self, kind: Kind, event: str | None, raw: Raw) -> None:
        """Takes in one event of a watch; `event` is None for what a listing shows."""
        namespace, name = raw["metadata"]["namespace"], raw["metadata"]["name"]
        objects = self._kinds[kind]
        if event == "DELETED":
            objects.remove(namespace, name)
            objects.deleted[namespace, name] = _version(raw)
        else:
            objects.put(namespace, name, trimmed(kind, raw))

    def replace(self, kind: Kind, namespace: str | None, raws: Iterable[Raw], version: str) -> None:
        """Takes in a whole listing: what it does not show is gone, unless it is newer.

        A watch may have told of changes after the listing was made; those stand.

        Args:
            kind: of what.
            namespace: which was listed; None when all of them were.
            raws: the objects.
            version: of the listing.
        """
        objects = self._kinds[kind]
        deleted, objects.deleted = objects.deleted, {}
        listed = {(raw["metadata"]["namespace"], raw["metadata"]["name"]): raw for raw in raws}
        for raw in objects.all():
            key = raw["metadata"]["namespace"], raw["metadata"]["name"]
            is_newer = _version(raw) > int(version or 0)
            if namespace in (None, key[0]) and key not in listed and not is_newer:
                objects.remove(*key)
        for key, raw in listed.items():
            known = objects.known.get(key[0], {}).get(key[1])
            newest = max(_version(known) if known else -1, deleted.get(key, -1))
            if _version(raw) > newest:
                objects.put(*key, trimmed(kind, raw))

    def pools(self) -> list[Raw]:
        """Every WorkerPool that is not being deleted."""
        pools = self._kinds[POOLS].all()
        return [pool for pool in pools if not pool["metadata"].get("deletionTimestamp")]

    def target(self, namespace: str, kind: str, name: str) -> Raw | None:
        """A Deployment or StatefulSet."""
        return self._kinds[TARGETS[kind]].known.get(namespace, {}).get(name)

    def pods_of(self, target: Target) -> list[Raw]:
        """The pods that the target's selector takes, those that terminate or have ended included.

        They are looked for again only when a pod of the namespace or the target has changed.
        """
        namespace, kind, name = target
        raw = self.target(namespace, kind, name)
        if raw is None:
            return []
        state = (self._kinds[PODS].changes.get(namespace, 0), raw["metadata"]["resourceVersion"])
        known = self._pods_of.get(target)
        if known is None or known[0] != state:
            known = self._pods_of[target] = (state, self._select(namespace, raw))
        return known[1]

    def _select(self, namespace: str, target: Raw) -> list[Raw]:
        selector = target["spec"]["selector"]
        pods = self._kinds[PODS].known.get(namespace, {}).values()
        return [pod for pod in pods if selects(selector, pod["metadata"].get("labels") or {})]

    @property
    def sizers(self) -> int:
        """Another figure whenever a pool or another scaler has come, changed or gone."""
        kinds = (POOLS, *SCALERS)
        return sum(self._kinds[kind].total for kind in kinds)

    def rival(self, pool: Raw) -> Other | None:
        """An older pool with the same target: that one has the say."""
        sharing = self._on_target(POOLS).get(_target_of(POOLS, pool), [])
        alive = [other for other in sharing if not other["metadata"].get("deletionTimestamp")]
        older = [other for other in alive if _age(other) < _age(pool)]
        return Other(POOLS.name, min(older, key=_age)["metadata"]["name"]) if older else None

    def other_scaler(self, pool: Raw) -> Other | None:
        """An autoscaler of another kind on the pool's target, or on the pool itself."""
        itself = (pool["metadata"]["namespace"], POOLS.name, pool["metadata"]["name"])
        for kind in SCALERS:
            found = self._on_target(kind)
            for target in (_target_of(POOLS, pool), itself):
                if target in found:
                    return Other(kind.name, found[target][0]["metadata"]["name"])
        return None

    def _on_target(self, kind: Kind) -> dict[Target, list[Raw]]:
        """What sizes each target, looked for again only when one of the kind has changed."""
        state = self._kinds[kind].total
        known = self._by_target.get(kind)
        if known is None or known[0] != state:
            groups: dict[Target, list[Raw]] = {}
            for raw in self._kinds[kind].all():
                groups.setdefault(_target_of(kind, raw), []).append(raw)
            known = self._by_target[kind] = (state, groups)
        return known[1]


def _version(raw: Raw) -> int:
    """Kubernetes' versions of objects are numbers that grow with each change."""
    return int(raw["metadata"].get("resourceVersion") or 0)


def _target_of(kind: Kind, raw: Raw) -> Target:
    """KEDA leaves the kind of a Deployment out."""
    ref = raw["spec"]["targetRef" if kind == POOLS else "scaleTargetRef"]
    return raw["metadata"]["namespace"], ref.get("kind") or "Deployment", ref["name"]


def _age(pool: Raw) -> tuple[str, str]:
    return pool["metadata"]["creationTimestamp"], pool["metadata"]["uid"]
