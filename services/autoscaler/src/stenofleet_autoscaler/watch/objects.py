"""Objects of one kind by namespace and name, and pods by their labels."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from stenofleet_autoscaler.sense.pods import selects

Raw = Mapping[str, Any]
Key = tuple[str, str]
Label = tuple[str, str, str]
"""Namespace, key and value."""


@dataclass
class Objects:
    """The objects of a kind.

    Attributes:
        deleted: versions in which objects went, since the last listing.
        changes: how many there were.
    """

    deleted: dict[Key, int] = field(default_factory=dict)
    changes: int = 0
    _known: dict[Key, Raw] = field(default_factory=dict)

    def get(self, key: Key) -> Raw | None:
        """The object; None when there is none."""
        return self._known.get(key)

    def put(self, raw: Raw) -> None:
        """Takes in an object, or what has become of one."""
        self._known[key_of(raw)] = raw
        self.changes += 1

    def remove(self, key: Key) -> None:
        """Forgets an object, if it is known."""
        if self._known.pop(key, None) is not None:
            self.changes += 1

    def clear(self) -> None:
        """Forgets all of them."""
        for key in list(self._known):
            self.remove(key)

    def all(self) -> list[Raw]:
        """Every object."""
        return list(self._known.values())


@dataclass
class Labelled(Objects):
    """Objects that are found by their labels without a look at all of them.

    Attributes:
        changes_in: how many there were by namespace.
    """

    changes_in: dict[str, int] = field(default_factory=dict)
    _by_label: dict[Label, set[Key]] = field(default_factory=dict)
    _in_namespace: dict[str, set[Key]] = field(default_factory=dict)

    def put(self, raw: Raw) -> None:
        key = key_of(raw)
        self._drop(key)
        for keys in self._groups(raw):
            keys.add(key)
        self._changed(key)
        super().put(raw)

    def remove(self, key: Key) -> None:
        self._drop(key)
        self._changed(key)
        super().remove(key)

    def selected(self, namespace: str, selector: Raw) -> list[Raw]:
        """Those that a selector takes, by name: of its labels, the rarest tells where to look."""
        exact = (selector.get("matchLabels") or {}).items()
        groups = [self._by_label.get((namespace, *label), set()) for label in exact]
        keys = min(groups, key=len) if groups else self._in_namespace.get(namespace, set())
        found = (self._known[key] for key in sorted(keys))
        return [raw for raw in found if selects(selector, raw["metadata"].get("labels") or {})]

    def _changed(self, key: Key) -> None:
        self.changes_in[key[0]] = self.changes_in.get(key[0], 0) + 1

    def _groups(self, raw: Raw) -> Iterator[set[Key]]:
        namespace = raw["metadata"]["namespace"]
        yield self._in_namespace.setdefault(namespace, set())
        for label in _labels(raw):
            yield self._by_label.setdefault(label, set())

    def _drop(self, key: Key) -> None:
        before = self._known.get(key)
        if before is None:
            return
        for keys in self._groups(before):
            keys.discard(key)
        for label in _labels(before):
            if not self._by_label[label]:
                del self._by_label[label]


def key_of(raw: Raw) -> Key:
    """Namespace and name."""
    return raw["metadata"]["namespace"], raw["metadata"]["name"]


def version_of(raw: Raw) -> int:
    """Kubernetes' versions of objects are numbers that grow with each change."""
    return int(raw["metadata"].get("resourceVersion") or 0)


def _labels(raw: Raw) -> Iterable[Label]:
    namespace, labels = raw["metadata"]["namespace"], raw["metadata"].get("labels") or {}
    return [(namespace, key, value) for key, value in labels.items()]
