"""Writes the page of WorkerPool: ``python -m stenofleet_deploy.workerpool_page [--check]``."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from stenofleet_deploy import made_files
from stenofleet_deploy.markdown import code, table

PATH: Final = Path("docs/workerpool.md")
CRD: Final = Path("manifests/crds/workerpools.yaml")

INTRODUCTION: Final = """\
# WorkerPool

`make references` writes this page from the definition in `manifests/crds`. What the fields
bring about stands in [the operator](operator.md); `kubectl explain workerpool.spec` tells the same
in a terminal. The API server refuses what breaks a rule, with the sentence of the rule.
"""

FIELDS: Final = ("field", "takes", "default", "what it is")
LINES: Final = ("column", "path", "what it shows")

Schema = Mapping[str, Any]


def fields(schema: Schema, above: str = "") -> Iterator[tuple[str, Schema]]:
    """Every field under a schema with its path, ``[]`` for the entries of a list."""
    for name, each in schema.get("properties", {}).items():
        yield f"{above}{name}", each
        yield from fields(each, f"{above}{name}.")
        yield from fields(each.get("items", {}), f"{above}{name}[].")


def page(crd: Schema) -> str:
    """The page as text.

    Args:
        crd: the CustomResourceDefinition; its first version is shown.
    """
    version = crd["spec"]["versions"][0]
    parts = version["schema"]["openAPIV3Schema"]["properties"]
    columns = [
        (each["name"], code(each["jsonPath"]), each.get("description", ""))
        for each in version["additionalPrinterColumns"]
    ]
    return "\n".join(
        [
            INTRODUCTION,
            f"`apiVersion: {crd['spec']['group']}/{version['name']}`, `kind: WorkerPool`.\n",
            *(_part(name, parts[name]) for name in ("spec", "status")),
            f"## Columns\n\n{table(LINES, columns)}",
        ]
    )


def _part(name: str, schema: Schema) -> str:
    rows = [_row(path, each, schema) for path, each in fields(schema)]
    rules = "".join(f"- {message}\n" for message in dict.fromkeys(_rules(schema)))
    told = f"\nRules over several fields, or within one:\n\n{rules}" if rules else ""
    return f"## {name}\n\n{schema['description']}\n\n{table(FIELDS, rows)}{told}"


def _row(path: str, schema: Schema, whole: Schema) -> tuple[str, str, str, str]:
    needed = " **Required.**" if _is_required(path, whole) else ""
    default = json.dumps(schema["default"]) if "default" in schema else ""
    return (code(path), _takes(schema), code(default), schema.get("description", "") + needed)


def _is_required(path: str, schema: Schema) -> bool:
    name, _, rest = path.partition(".")
    if not rest:
        return name in schema.get("required", [])
    inner = schema["properties"][name.removesuffix("[]")]
    return _is_required(rest, inner["items"] if name.endswith("[]") else inner)


def _takes(schema: Schema) -> str:
    if "enum" in schema:
        return ", ".join(code(each) for each in schema["enum"])
    if schema.get("x-kubernetes-int-or-string"):
        return "integer or string"
    if schema["type"] == "array":
        return f"list of {schema['items']['type']}s"
    bounds = [f"{word} {schema[key]}" for key, word in BOUNDS.items() if key in schema]
    return " ".join([_kind(schema), *bounds])


def _kind(schema: Schema) -> str:
    if "additionalProperties" in schema:
        return "map"
    # Durations have a pattern of their own; other strings have rules in CEL.
    return "duration" if "pattern" in schema else str(schema.get("format", schema["type"]))


BOUNDS: Final = {"minimum": "from", "maximum": "to"}


def _rules(schema: Schema) -> Iterator[str]:
    yield from (each["message"] for each in schema.get("x-kubernetes-validations", []))
    below = [schema.get("items"), schema.get("additionalProperties")]
    for each in [*schema.get("properties", {}).values(), *filter(None, below)]:
        yield from _rules(each)


def main(arguments: list[str] | None = None) -> None:
    """Writes the file, or with ``--check`` only compares and exits with 1 when it differs."""
    options = made_files.options("stenofleet_deploy.workerpool_page", __doc__, arguments)
    crd = yaml.safe_load((options.root / CRD).read_text(encoding="utf-8"))
    made_files.keep(
        {options.root / PATH: page(crd)},
        "the definition says: run `make references`",
        check=options.check,
    )


if __name__ == "__main__":
    main()
