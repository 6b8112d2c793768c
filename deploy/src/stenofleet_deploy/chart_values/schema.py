"""The JSON schema of a chart's values: no unknown key, no wrong type."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stenofleet_deploy.chart_values.comments import Value
from stenofleet_deploy.errors import DeployError

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}


def schema(values: Sequence[Value], types: Mapping[str, Any], title: str) -> Schema:
    """The schema of values.

    Args:
        values: What ``values.yaml`` has.
        types: Schemas by the names under which comments refer to them.
        title: Of the whole.

    Raises:
        DeployError: neither the default nor the comment of a value tells its type.
    """
    named = {value.path: value for value in values}
    # Helm hands `global` to every chart.
    properties = {"global": {"type": "object"}, **_properties(values, named)}
    defs = {name: _with_refs(each) for name, each in types.items()}
    return {"$schema": DRAFT, "title": title, **_closed(properties), "$defs": defs}


def _properties(values: Iterable[Value], named: Mapping[str, Value]) -> Schema:
    return {value.key: _of(value, named) for value in values}


def _of(value: Value, named: Mapping[str, Value]) -> Schema:
    if "schema" in value.notes:
        fragment: Schema = _with_refs(_base(value) | value.notes["schema"])
        return fragment
    if "entries" in value.notes:
        entry = {"$ref": f"#/properties/{value.notes['entries']}"}
        return {"type": "object", "propertyNames": {"$ref": "#/$defs/entry"}} | {
            "additionalProperties": entry
        }
    if value.children:
        return _closed(_taken(value, named) | _properties(value.children, named))
    return _base(value) or _untold(value)


def _base(value: Value) -> Schema:
    """What a default tells of its type; a fragment with a type or a reference needs none."""
    fragment = value.notes.get("schema", {})
    known = TYPES.get(type(value.default))
    if known is None or {"type", "$ref", "enum", "oneOf"} & set(fragment):
        return {}
    return {"type": known}


def _untold(value: Value) -> Schema:
    raise DeployError(
        f"values.yaml: {value.path}: its default does not tell its type, expected a line "
        "`# @schema {...}` above it"
    )


def _taken(value: Value, named: Mapping[str, Value]) -> Schema:
    taken = value.notes.get("takes")
    return _properties(named[taken].children, named) if taken else {}


def _closed(properties: Schema) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _with_refs(found: Any) -> Any:
    """The same, with types named in full."""
    if isinstance(found, list):
        return [_with_refs(each) for each in found]
    if not isinstance(found, dict):
        return found
    full = {key: _with_refs(each) for key, each in found.items()}
    if "$ref" in full and not full["$ref"].startswith("#"):
        full["$ref"] = f"#/$defs/{full['$ref']}"
    return full
