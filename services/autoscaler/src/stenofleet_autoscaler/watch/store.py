"""The objects of the API server as our watches last showed them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import is_
from typing import Any

from stenofleet_autoscaler.watch.kinds import PODS, POOLS, SCALERS, TARGETS, WATCHED, Kind
from stenofleet_autoscaler.watch.objects import Labelled, Objects, key_of, version_of
from stenofleet_autoscaler.watch.trim import trimmed

Raw = Mapping[str, Any]
Target = tuple[str, str, str]
"""Namespace, kind and name."""


@dataclass(frozen=True)
class Other:
    """An object beside a pool that sizes the same target."""

    kind: str
    name: str


class Store:
    """Pools, targets, pods and other scalers by namespace and name."""

    def __init__(self) -> None:
        self._pods = Labelled()
        self._kinds: dict[Kind, Objects] = {kind: Objects() for kind in WATCHED}
        self._kinds[PODS] = self._pods
        self._pods_of: dict[Target, tuple[object, list[Raw]]] = {}
        self._by_target: dict[Kind, tuple[int, dict[Target, list[Raw]]]] = {}

    def take(self, kind: Kind, event: str | None, raw: Raw) -> None:
        """Takes in one event of a watch; `event` is None for what a listing shows."""
        objects, key = self._kinds[kind], key_of(raw)
        if event == "DELETED":
            known = objects.get(key)
            if known is None or version_of(known) <= version_of(raw):
                objects.remove(key)
            objects.deleted[key] = version_of(raw)
        elif _is_news(objects, raw):
            objects.put(trimmed(kind, raw))

    def replace(self, kind: Kind, namespace: str | None, raws: Iterable[Raw], version: str) -> None:
        """Takes in a whole listing: what it does not show is gone, unless it is newer.

        A watch may have told of changes after the listing was made; those stand.

        Args:
            kind: of what.
            namespace: which was listed; None when all of them were.
            raws: the objects.
            version: of the listing.
        """
        objects, listed = self._kinds[kind], set()
        for raw in raws:
            listed.add(key_of(raw))
            if _is_news(objects, raw):
                objects.put(trimmed(kind, raw))
        for raw in objects.all():
            is_listed = namespace not in (None, key_of(raw)[0]) or key_of(raw) in listed
            if not is_listed and version_of(raw) <= int(version or 0):
                objects.remove(key_of(raw))
        objects.deleted = {k: v for k, v in objects.deleted.items() if v > int(version or 0)}

    def clear(self, kind: Kind) -> None:
        """Forgets a kind that can be watched no more: what is not seen is not so for ever."""
        self._kinds[kind].clear()

    def pools(self) -> list[Raw]:
        """Every WorkerPool that is not being deleted."""
        pools = self._kinds[POOLS].all()
        return [pool for pool in pools if not pool["metadata"].get("deletionTimestamp")]

    def target(self, namespace: str, kind: str, name: str) -> Raw | None:
        """A Deployment or StatefulSet."""
        return self._kinds[TARGETS[kind]].get((namespace, name))

    def pods_of(self, target: Target) -> list[Raw]:
        """The pods that the target's selector takes, those that terminate or have ended included.

        The same list as before when none of them has changed.
        """
        raw = self.target(*target)
        if raw is None:
            self._pods_of.pop(target, None)
            return []
        state = self._pods.changes_in.get(target[0], 0), raw["metadata"].get("resourceVersion")
        known = self._pods_of.get(target)
        if known is None or known[0] != state:
            found = self._pods.selected(target[0], raw["spec"]["selector"])
            known = self._pods_of[target] = (state, _same(known[1] if known else [], found))
        return known[1]

    @property
    def sizers(self) -> int:
        """Another figure whenever a pool or another scaler has come, changed or gone."""
        return sum(self._kinds[kind].changes for kind in (POOLS, *SCALERS))

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
        objects, known = self._kinds[kind], self._by_target.get(kind)
        if known is None or known[0] != objects.changes:
            groups: dict[Target, list[Raw]] = {}
            for raw in objects.all():
                groups.setdefault(_target_of(kind, raw), []).append(raw)
            known = self._by_target[kind] = (objects.changes, groups)
        return known[1]


def _same(before: list[Raw], now: list[Raw]) -> list[Raw]:
    """The list as it was before when it holds the same objects."""
    return before if len(before) == len(now) and all(map(is_, before, now)) else now


def _is_news(objects: Objects, raw: Raw) -> bool:
    """Not when something newer is known: watches and listings overtake each other."""
    key = key_of(raw)
    known = objects.get(key)
    newest = version_of(known) if known else -1
    return version_of(raw) > max(newest, objects.deleted.get(key, -1))


def _target_of(kind: Kind, raw: Raw) -> Target:
    """KEDA leaves the kind of a Deployment out."""
    ref = raw["spec"]["targetRef" if kind == POOLS else "scaleTargetRef"]
    return raw["metadata"]["namespace"], ref.get("kind") or "Deployment", ref["name"]


def _age(pool: Raw) -> tuple[str, str]:
    return pool["metadata"]["creationTimestamp"], pool["metadata"]["uid"]
