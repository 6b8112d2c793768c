"""What differs between two lists of objects, as kustomize's strategic merge patches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Object = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """How one list of objects becomes another."""

    additions: Sequence[Object]
    """Objects that only the other has."""
    patches: Sequence[Object]
    """Patches of those that both have, and of those that only the first has: they go."""


def change(before: Sequence[Object], after: Sequence[Object]) -> Change:
    """How ``before`` becomes ``after``, in the order of ``after``."""
    there, wanted = ({_key(each): each for each in objects} for objects in (before, after))
    additions = [each for key, each in wanted.items() if key not in there]
    patches = [
        {**_identity(each), **difference(there[key], each), "metadata": _metadata(there[key], each)}
        for key, each in wanted.items()
        if key in there and there[key] != each
    ]
    gone = [
        {**_identity(each), "$patch": "delete"} for key, each in there.items() if key not in wanted
    ]
    return Change(additions, [*patches, *gone])


def difference(before: Object, after: Object) -> dict[str, Any]:
    """What to merge into one map so that it becomes the other; None takes a key away.

    >>> difference({"a": 1, "b": {"c": 2, "d": 3}}, {"a": 1, "b": {"c": 4}})
    {'b': {'c': 4, 'd': None}}
    """
    keys = [*after, *(key for key in before if key not in after)]
    return {
        key: _merged(before.get(key), after.get(key))
        for key in keys
        if before.get(key) != after.get(key)
    }


def _merged(before: Any, after: Any) -> Any:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return difference(before, after)
    if _names(before) and _names(before) == _names(after):
        # Those that stay are named too: kustomize puts what a patch names before all the rest.
        return [
            {"name": new["name"], **difference(old, new)}
            for old, new in zip(before, after, strict=True)
        ]
    return after


def _names(found: Any) -> list[Any]:
    """The names of a list's entries, by which Kubernetes merges containers; none of other lists."""
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        return []
    return [each["name"] for each in found if "name" in each]


def _key(found: Object) -> tuple[str, str]:
    return found["kind"], found["metadata"]["name"]


def _identity(found: Object) -> dict[str, Any]:
    name = {"name": found["metadata"]["name"]}
    return {"apiVersion": found["apiVersion"], "kind": found["kind"], "metadata": name}


def _metadata(before: Object, after: Object) -> dict[str, Any]:
    changes = difference(before["metadata"], after["metadata"])
    return {"name": after["metadata"]["name"], **changes}
