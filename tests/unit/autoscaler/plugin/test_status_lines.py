from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.plugin.status import lines, status_text
from stenofleet_autoscaler.plugin.tables import table

REF = {"kind": "Deployment", "name": "w"}


def pool(name: str = "mail", /, **status: Any) -> dict[str, Any]:
    meta = {"namespace": "shop", "name": name}
    return {"metadata": meta, "spec": {"targetRef": REF, "replicas": 4}, "status": status}


def fast(**figures: Any) -> dict[str, Any]:
    return {"namespace": "shop", "name": "mail", **figures}


def test_a_pool_is_told_with_its_size_and_the_leaders_figures() -> None:
    sized = pool(slots={"ready": 10, "wanted": 14}, replicas=3, concurrency={"max": 4})
    (line,) = lines([sized], [fast(queued=100, inFlight=10, oldestWaitSeconds=2.4)])
    shown = status_text([line], namespaces=True).splitlines()[1].split()
    assert shown == [
        "shop",
        "mail",
        "Deployment/w",
        "Active",
        "100",
        "10",
        "2s",
        "10/14",
        "3/4",
        "4",
        "-",
        "-",
        "-",
    ]
    assert (line["slotsReady"], line["slotsWanted"], line["replicas"]) == (10, 14, 3)


def test_without_the_leader_its_figures_are_unknown_and_no_zero() -> None:
    (line,) = lines([pool()], [])
    assert line["queued"] is None
    assert "0" not in status_text([line], namespaces=False).splitlines()[1]


def test_only_conditions_that_mean_trouble_are_named() -> None:
    conditions = [
        {"type": "Ready", "status": "True", "reason": "Found"},
        {"type": "BrokerReachable", "status": "False", "reason": "BrokerTimeout"},
        {"type": "CapacityLimited", "status": "False", "reason": "Fits"},
        {"type": "Conflict", "status": "True", "reason": "SameTarget"},
    ]
    (line,) = lines([pool(conditions=conditions)], [])
    assert line["trouble"] == ["BrokerTimeout", "SameTarget"]


def test_pools_come_in_the_order_of_their_names() -> None:
    told = lines([pool("b"), pool("a")], [])
    assert [line["name"] for line in told] == ["a", "b"]


@given(
    st.lists(
        st.tuples(st.text("abcdef-", min_size=1), st.none() | st.integers() | st.just("z")),
        min_size=1,
    )
)
def test_columns_line_up(rows: list[tuple[str, object]]) -> None:
    shown = table(("NAME", "FIGURE"), rows).splitlines()
    at = shown[0].index("FIGURE")
    assert len(shown) == len(rows) + 1
    assert all(line[at - 1] == " " and line[at] != " " for line in shown)
