"""A patch says what differs, and merged it makes the one object of the other."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from stenofleet_deploy.manifests.patches import change, difference

KEYS = st.sampled_from("abcd")
PLAIN = st.integers() | st.text(max_size=3) | st.lists(st.integers(), min_size=1, max_size=3)
MAPS = st.recursive(
    st.dictionaries(KEYS, PLAIN), lambda below: st.dictionaries(KEYS, PLAIN | below)
)


def merged(below: Any, above: Any) -> Any:
    """RFC 7386, by which Kubernetes merges maps."""
    if not isinstance(above, Mapping):
        return above
    start = below if isinstance(below, Mapping) else {}
    keys = [*start, *(key for key in above if key not in start)]
    every = {
        key: merged(start.get(key), above[key]) if key in above else start[key] for key in keys
    }
    return {key: value for key, value in every.items() if value is not None}


@given(MAPS, MAPS)
def test_a_patched_map_is_the_other_one(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert merged(before, difference(before, after)) == after


@given(MAPS)
def test_what_is_the_same_needs_no_patch(found: dict[str, Any]) -> None:
    assert difference(found, found) == {}


def test_of_a_list_of_containers_those_that_stay_are_only_named() -> None:
    first, second = {"name": "a", "image": "1"}, {"name": "b", "image": "1"}
    changed = {"name": "b", "image": "2"}
    assert difference({"l": [first, second]}, {"l": [first, changed]}) == {
        "l": [{"name": "a"}, changed]
    }


def test_of_any_other_list_all_is_told() -> None:
    before, after = {"l": [{"port": 1}, {"port": 2}]}, {"l": [{"port": 1}, {"port": 3}]}
    assert difference(before, after) == after
    renamed = {"l": [{"name": "b"}]}
    assert difference({"l": [{"name": "a"}]}, renamed) == renamed


def found(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **fields}


def test_objects_come_go_and_change_by_kind_and_name() -> None:
    before = [found("A", "x", data=1), found("A", "same"), found("B", "gone")]
    after = [found("A", "x", data=2), found("A", "same"), found("B", "x")]
    told = change(before, after)
    assert list(told.additions) == [found("B", "x")]
    deleted = found("B", "gone") | {"$patch": "delete"}
    assert list(told.patches) == [found("A", "x", data=2), deleted]
