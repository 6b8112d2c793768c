"""Every value is explained, and the schema knows exactly the values there are."""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml
from support.chart import CHART, CRD

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
FILLED_BY_THE_CHART = {
    *("targetRef", "broker", "demand", "minReplicas", "maxReplicas", "concurrency"),
    "replicas",  # the operator's, never rendered
}


def test_every_value_has_a_comment_above_it() -> None:
    lines = (CHART / "values.yaml").read_text().splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r" *[\w]+:", line)]
    assert len(keys) > 100
    bare = [lines[number] for number in keys if not lines[number - 1].strip().startswith("# ")]
    assert bare == []


def resolved(schema: Any) -> Any:
    name = schema.get("$ref", "").removeprefix("#/$defs/")
    return SCHEMA["$defs"][name] if name else schema


def open_objects(schema: Any, at: str = "") -> Iterator[str]:
    """Places where the schema lets unknown keys pass beside those that it names."""
    schema = resolved(schema)
    if "properties" in schema and schema.get("additionalProperties") is not False:
        yield at
    for name, each in schema.get("properties", {}).items():
        yield from open_objects(each, f"{at}.{name}")


def test_the_schema_lets_no_unknown_key_pass() -> None:
    assert list(open_objects(SCHEMA)) == []
    assert [name for name in SCHEMA["$defs"] if list(open_objects(SCHEMA["$defs"][name]))] == []


def undocumented(schema: Any, values: Any, at: str = "") -> Iterator[str]:
    """Keys that the schema knows and values.yaml does not show."""
    for name, each in resolved(schema).get("properties", {}).items():
        if values.get(name):
            yield from undocumented(each, values[name], f"{at}.{name}")
        elif name not in values and name not in VALUES["podDefaults"]:
            yield f"{at}.{name}"


def test_every_value_of_the_schema_is_shown_in_values_yaml() -> None:
    # Helm itself hands `global` to every chart.
    assert list(undocumented(SCHEMA, VALUES)) == [".global"]


def pool_fields() -> set[str]:
    return set(SCHEMA["$defs"]["worker"]["properties"]["poolSpec"]["properties"])


def test_a_pool_takes_every_field_that_a_worker_pool_has() -> None:
    version = yaml.safe_load(CRD.read_text())["spec"]["versions"][0]
    spec = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    assert pool_fields() == set(spec) - FILLED_BY_THE_CHART


def test_a_pool_s_broker_takes_every_field_that_a_worker_pool_s_has() -> None:
    version = yaml.safe_load(CRD.read_text())["spec"]["versions"][0]
    spec = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    known = SCHEMA["$defs"]["worker"]["properties"]["broker"]["properties"]
    assert set(known) == set(spec["broker"]["properties"])
