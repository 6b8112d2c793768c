"""What applying a mapping makes of a plan, and how the difference is told."""

from typing import Any

from hypothesis import given
from stenofleet_api.blueprints.plan import Changes, Mode, Plan, PlanChanges
from support.plans import MAPPING, empty, mapping, mappings


def applied(before: Plan, data: dict[str, Any], mode: Mode) -> Plan:
    return before.after(Plan.of(data), mode)


@given(mappings())
def test_a_plan_tells_the_mapping_that_it_was_made_of(data: dict[str, Any]) -> None:
    assert Plan.of(data).mapping() == data


@given(mappings(), mappings())
def test_replaced_a_plan_is_the_mapping_and_nothing_else(
    before: dict[str, Any], wanted: dict[str, Any]
) -> None:
    assert applied(Plan.of(before), wanted, Mode.REPLACE).mapping() == wanted


@given(mappings(), mappings())
def test_merged_the_mapping_wins_and_what_it_does_not_name_stays(
    before: dict[str, Any], wanted: dict[str, Any]
) -> None:
    found = applied(Plan.of(before), wanted, Mode.MERGE).mapping()

    assert found["stores"] == before["stores"] | wanted["stores"]
    assert found["cameras"] == before["cameras"] | wanted["cameras"]
    matrices = [each["calibration"]["store_matrices"] for each in (before, wanted, found)]
    assert matrices[2] == matrices[0] | matrices[1]


@given(mappings(), mappings())
def test_applied_twice_a_mapping_changes_nothing_more(
    before: dict[str, Any], wanted: dict[str, Any]
) -> None:
    for mode in Mode:
        once = applied(Plan.of(before), wanted, mode)
        told = PlanChanges.between(once, applied(once, wanted, mode))

        for kind in (told.stores, told.cameras):
            assert [*kind.added, *kind.changed, *kind.removed] == []


@given(mappings(), mappings())
def test_merging_removes_nothing(before: dict[str, Any], wanted: dict[str, Any]) -> None:
    told = PlanChanges.between(Plan.of(before), applied(Plan.of(before), wanted, Mode.MERGE))

    assert told.stores.removed == told.cameras.removed == []


@given(mappings(), mappings())
def test_the_changes_lead_from_one_plan_to_the_other(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    one, other = Plan.of(before).stores, Plan.of(after).stores
    told = Changes.between(one, other)

    moved = {key: row for key, row in one.items() if key not in told.removed}
    moved |= {key: other[key] for key in told.written()}
    assert moved == other
    kept = [*told.removed, *(each.id for each in told.changed)]
    assert told.unchanged == len(one) - len(kept)


def test_a_change_names_its_fields() -> None:
    wanted = mapping("stores", "s1", "name", to="Brewery")
    wanted["calibration"]["store_matrices"]["s1"][0][0] = 3
    wanted["cameras"]["c1"]["fov_range"] = 9

    told = PlanChanges.between(Plan.of(MAPPING), Plan.of(wanted))

    assert told.model_dump() == {
        "stores": {
            "added": [],
            "changed": [{"id": "s1", "fields": ["name", "matrix"]}],
            "removed": [],
            "unchanged": 1,
        },
        "cameras": {
            "added": [],
            "changed": [{"id": "c1", "fields": ["fov_range"]}],
            "removed": [],
            "unchanged": 0,
        },
    }


def test_what_is_added_and_removed_is_named_in_order() -> None:
    away = PlanChanges.between(Plan.of(MAPPING), Plan.of(empty()))
    back = PlanChanges.between(Plan.of(empty()), Plan.of(MAPPING))

    assert away.stores.removed == back.stores.added == ["s1", "s2"]
    assert away.cameras.removed == back.cameras.added == ["c1"]
