"""The values of a chart with the comments above them.

A comment's text says what a value is. Lines that begin with ``@`` tell the schema what the default
alone does not:

- ``# @schema {minimum: 1}``: a fragment of JSON schema; ``$ref`` names a type of ``types.yaml``.
- ``# @takes podDefaults``: beside its own keys, all those of another value.
- ``# @entries workerDefaults``: a map by names whose entries are as another value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from stenofleet_deploy.errors import DeployError

NOTES = ("schema", "takes", "entries")


@dataclass(frozen=True)
class Value:
    """A key of ``values.yaml``."""

    path: str
    text: str
    """What its comment says, in one line; empty where there is none."""
    notes: Mapping[str, Any]
    """What its comment tells the schema, by the names of :data:`NOTES`."""
    default: Any
    children: tuple["Value", ...]

    @property
    def key(self) -> str:
        """The last part of its path."""
        return self.path.rpartition(".")[2]


def read(path: Path) -> tuple[Value, ...]:
    """The values of a file, in its order; `bare` tells those without a comment.

    Raises:
        DeployError: a comment cannot be read.
    """
    text = path.read_text(encoding="utf-8")
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    return tuple(_values(root, text.splitlines(), ""))


def bare(values: Sequence[Value]) -> list[str]:
    """The paths of the values that no comment explains."""
    return [
        path
        for value in values
        for path in (*([] if value.text else [value.path]), *bare(value.children))
    ]


def _values(node: Any, lines: Sequence[str], above: str) -> Iterator[Value]:
    if not isinstance(node, yaml.MappingNode) or (node.flow_style and above):
        return
    for key, found in node.value:
        path = f"{above}.{key.value}".removeprefix(".")
        text, notes = _comment(lines, key.start_mark.line, path)
        children = tuple(_values(found, lines, path))
        yield Value(path, text, notes, _constructed(found), children)


def _constructed(node: Any) -> Any:
    return yaml.safe_load(yaml.serialize(node))


def _comment(lines: Sequence[str], at: int, path: str) -> tuple[str, dict[str, Any]]:
    above = list(_above(lines, at))
    words = [line for line in above if not line.startswith("@")]
    return " ".join(words), dict(_note(line, path) for line in above if line.startswith("@"))


def _above(lines: Sequence[str], at: int) -> list[str]:
    """The lines of the comment above a line, without their marks."""
    first = at
    while first and lines[first - 1].strip().startswith("#"):
        first -= 1
    return [line.strip().removeprefix("#").strip() for line in lines[first:at]]


def _note(line: str, path: str) -> tuple[str, Any]:
    name, _, rest = line.removeprefix("@").partition(" ")
    if name not in NOTES:
        expected = ", ".join(f"@{note}" for note in NOTES)
        raise DeployError(f"values.yaml: {path}: expected one of {expected}, got @{name}")
    return name, yaml.safe_load(rest)
