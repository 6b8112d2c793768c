"""Every value is explained, and the schema knows exactly the values there are."""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml
from stenofleet_deploy.chart_values.__main__ import files
from stenofleet_deploy.chart_values.crd import FILLED_BY_THE_CHART
from support.chart import CHART, CRD, ROOT

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())


def test_every_value_has_a_comment_above_it() -> None:
    lines = (CHART / "values.yaml").read_text().splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r" *[\w]+:", line)]
    assert len(keys) > 100
    bare = [lines[number] for number in keys if not lines[number - 1].strip().startswith("# ")]
    assert bare == []


def resolved(schema: Any) -> Any:
    """The schema that a reference names, else the schema itself."""
    found = SCHEMA
    for part in schema.get("$ref", "").split("/")[1:]:
        found = found[part]
    return found if "$ref" in schema else schema


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


def test_schema_and_readme_are_what_the_comments_of_the_values_say() -> None:
    for path, text in files(ROOT).items():
        assert path.read_text() == text, f"{path}: run `make chart-docs`"


def test_a_pool_takes_every_field_that_a_worker_pool_has() -> None:
    version = yaml.safe_load(CRD.read_text())["spec"]["versions"][0]
    spec = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    pool = SCHEMA["properties"]["workerDefaults"]["properties"]
    known = resolved(pool["poolSpec"])["properties"]
    assert set(known) == set(spec) - FILLED_BY_THE_CHART
    assert set(resolved(pool["broker"])["properties"]) == set(spec["broker"]["properties"])


def test_a_pool_of_the_map_takes_every_default_that_it_may_replace() -> None:
    (entry,) = (SCHEMA["properties"]["workers"]["additionalProperties"],)
    known = set(resolved(entry)["properties"])
    assert known == set(VALUES["workerDefaults"]) | set(VALUES["podDefaults"])
