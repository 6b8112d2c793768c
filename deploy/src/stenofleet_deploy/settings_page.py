"""Writes the page of settings: ``python -m stenofleet_deploy.settings_page [--check]``."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from stenofleet import settings
from stenofleet.settings import Settings

from stenofleet_deploy import made_files
from stenofleet_deploy.markdown import code, table

PATH: Final = Path("docs/settings.md")

SERVICES: Final[Mapping[str, type[Settings]]] = {
    "API": settings.ApiSettings,
    "workers and beat": settings.WorkerSettings,
    "operator": settings.OperatorSettings,
}
"""What each service loads; its bases are what it shares with others."""

INTRODUCTION: Final = """\
# Settings

`make references` writes this page from `stenofleet.settings`, where every environment variable
stands. The chart sets them from [its values](../helm/stenofleet/README.md); without Kubernetes they
are read from the environment, and from a file `.env` in the folder where the process starts.

A variable that is set to nothing counts as not set. A wrong value stops the start with the
variable's name, what was expected and what came; what is secret is never shown.
"""

HEAD: Final = ("variable", "takes", "default", "what it is")


@dataclass(frozen=True)
class Entry:
    """A variable as the page shows it.

    Attributes:
        takes: type and bounds, in words.
        default: as one would type it; empty where there is none.
    """

    name: str
    takes: str
    default: str
    text: str


def groups() -> list[type[Settings]]:
    """The classes of settings, those that several services share before those of one."""
    found = [
        kind
        for service in SERVICES.values()
        for kind in service.__mro__
        if issubclass(kind, Settings) and kind.__annotations__.keys() & kind.model_fields.keys()
    ]
    return sorted(dict.fromkeys(found), key=lambda kind: (kind in SERVICES.values(), -_users(kind)))


def entries(kind: type[Settings]) -> list[Entry]:
    """The variables that a class defines itself, in the order of the code."""
    schemas = kind.model_json_schema()["properties"]
    own = [name for name in kind.model_fields if name in kind.__annotations__]
    variables = [settings.variable(kind, name) for name in own]
    return [_entry(variable, schemas[variable]) for variable in variables]


def page() -> str:
    """The page as text; the same code gives the same text."""
    return "\n".join([INTRODUCTION, *(_section(kind) for kind in groups())])


def _section(kind: type[Settings]) -> str:
    title = kind.__name__.removesuffix("Settings")
    rows = [(code(each.name), each.takes, code(each.default), each.text) for each in entries(kind)]
    readers = ", ".join(name for name, each in SERVICES.items() if issubclass(each, kind))
    said = (kind.__doc__ or "").splitlines()[0]
    return f"## {title}\n\n{said} Read by: {readers}.\n\n{table(HEAD, rows)}"


def _users(kind: type[Settings]) -> int:
    return sum(issubclass(service, kind) for service in SERVICES.values())


def _entry(name: str, schema: Mapping[str, Any]) -> Entry:
    default = schema.get("default")
    shown = default if isinstance(default, str) else json.dumps(default)
    text = str(schema.get("description", "")).replace("\n", " ")
    return Entry(name, _takes(schema), "" if default is None else shown, text)


def _takes(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return _takes(schema["anyOf"][0])
    if "$ref" in schema:
        return " or ".join(code(each) for each in settings.AuthMode)
    if "enum" in schema:
        return ", ".join(code(each) for each in schema["enum"])
    return " ".join(_words(schema))


def _words(schema: Mapping[str, Any]) -> Iterator[str]:
    kinds = {"integer": "whole number", "boolean": "`true` or `false`", "array": "names"}
    formats = {"password": "secret", "path": "path"}
    yield formats.get(schema.get("format", ""), kinds.get(schema["type"], schema["type"]))
    yield from (f"{words} {code(schema[key])}" for key, words in BOUNDS.items() if key in schema)


BOUNDS: Final = {
    "minimum": "from",
    "exclusiveMinimum": "above",
    "maximum": "to",
    "minLength": "of a length from",
    "pattern": "like",
}


def main(arguments: list[str] | None = None) -> None:
    """Writes the file, or with ``--check`` only compares and exits with 1 when it differs."""
    options = made_files.options("stenofleet_deploy.settings_page", __doc__, arguments)
    made_files.keep(
        {options.root / PATH: page()},
        "the code says: run `make references`",
        check=options.check,
    )


if __name__ == "__main__":
    main()
