from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from stenofleet_autoscaler.durations import seconds
from stenofleet_autoscaler.spec import PoolSpec, SpecError, Step

CRD = Path(__file__).parents[3] / "manifests" / "crds" / "workerpools.yaml"
SAMPLE = Path(__file__).parents[3] / "manifests" / "samples" / "workerpool.yaml"


def schema() -> dict[str, Any]:
    version = yaml.safe_load(CRD.read_text())["spec"]["versions"][0]
    spec: dict[str, Any] = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return spec


def fields_of(part: dict[str, Any], at: str = "") -> set[str]:
    """Every field of the schema, by its path."""
    found = set()
    for name, field in part.get("properties", {}).items():
        found |= {f"{at}{name}", *fields_of(field, f"{at}{name}.")}
        found |= fields_of(field.get("items", {}), f"{at}{name}.")
    return found


def fields_read(model: Any, at: str = "") -> set[str]:
    """Every field that the operator reads, by its path; a step is one field, 4 or 50%."""
    found = set()
    for name, field in model.model_fields.items():
        path = f"{at}{field.alias or name}"
        found.add(path)
        for kind in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(kind, type) and issubclass(kind, BaseModel) and kind is not Step:
                found |= fields_read(kind, f"{path}.")
    return found


def test_the_operator_reads_every_field_of_the_schema_and_no_other() -> None:
    assert fields_read(PoolSpec) == fields_of(schema())


def undescribed(part: dict[str, Any], at: str = "spec") -> list[str]:
    missing = [] if part.get("description") else [at]
    for name, field in part.get("properties", {}).items():
        missing += undescribed(field, f"{at}.{name}")
    return missing + (undescribed(part["items"], f"{at}[]") if "items" in part else [])


def test_every_field_of_the_schema_says_what_it_is_for() -> None:
    assert undescribed(schema()) == []


def test_the_sample_is_read_and_the_operators_defaults_are_those_of_the_schema() -> None:
    spec = PoolSpec.parse(yaml.safe_load(SAMPLE.read_text())["spec"])
    properties = schema()["properties"]
    down = properties["behavior"]["properties"]["scaleDown"]["properties"]
    up = properties["behavior"]["properties"]["scaleUp"]["properties"]
    assert spec.min_replicas == properties["minReplicas"]["default"]
    assert spec.replicas == properties["replicas"]["default"]
    assert spec.mode == properties["mode"]["default"]
    assert spec.manual_hold == seconds(properties["manualHold"]["default"])
    assert spec.objective.backlog_per_slot == properties["objective"]["default"]["backlogPerSlot"]
    assert spec.behavior.scale_down.drain_timeout == seconds(down["drainTimeout"]["default"])
    assert spec.behavior.scale_down.stabilization_window == seconds(
        down["stabilizationWindow"]["default"]
    )
    assert spec.behavior.scale_up.stabilization_window == seconds(
        up["stabilizationWindow"]["default"]
    )
    broker = properties["broker"]["properties"]
    assert list(spec.broker.priority_step_values) == broker["priorityStepValues"]["default"]
    assert spec.broker.priority_separator == broker["prioritySeparator"]["default"]
    assert spec.broker.visibility_timeout == seconds(broker["visibilityTimeout"]["default"])
    assert spec.broker.key_prefix == broker["keyPrefix"]["default"]


def test_a_spec_that_cannot_be_read_names_its_field() -> None:
    with pytest.raises(SpecError, match=r"spec\.manualHold: expected a duration .* got 'soon'"):
        PoolSpec.parse(yaml.safe_load(SAMPLE.read_text())["spec"] | {"manualHold": "soon"})


@pytest.mark.parametrize(
    ("text", "length"), [("0s", 0), ("90s", 90), ("5m", 300), ("1h30m", 5400), ("1h1m1s", 3661)]
)
def test_durations_are_read_as_people_write_them(text: str, length: float) -> None:
    assert seconds(text) == length


@pytest.mark.parametrize("text", ["", "5", "-5s", "1.5h", "5s5m", "5ms", "s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a duration"):
        seconds(text)
