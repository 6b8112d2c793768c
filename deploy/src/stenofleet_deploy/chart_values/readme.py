"""The tables of a chart's README: each value with its default and what it is."""

import json
from collections.abc import Iterator, Sequence

from stenofleet_deploy.chart_values.comments import Value
from stenofleet_deploy.errors import DeployError

MARK = "<!-- From here on `make chart-docs` writes what values.yaml says. -->"


def readme(written: str, values: Sequence[Value]) -> str:
    """The README with its tables made anew; what is above the mark is kept.

    Raises:
        DeployError: the README has no mark.
    """
    above, mark, _ = written.partition(MARK)
    if not mark:
        raise DeployError(f"README.md: expected a line {MARK}")
    return "\n".join([f"{above}{MARK}", "", "## Values", *_sections(values), ""])


def _sections(values: Sequence[Value]) -> Iterator[str]:
    plain = [value for value in values if not value.children]
    yield from _table("", plain)
    for value in values:
        if value.children:
            yield from ["", f"### {value.path}", _sentence(value)]
            yield from _table(f"{value.path}.", list(_leaves(value.children)))


def _sentence(value: Value) -> str:
    taken = value.notes.get("takes")
    return value.text.replace("<", "&lt;") + (
        f" It takes the keys of `{taken}` as well." if taken else ""
    )


def _leaves(values: Sequence[Value]) -> Iterator[Value]:
    for value in values:
        if value.children:
            yield from _leaves(value.children)
        else:
            yield value


def _table(above: str, values: Sequence[Value]) -> Iterator[str]:
    if values:
        yield from ["", "| value | default | what it is |", "|---|---|---|"]
        yield from (_row(above, value) for value in values)


def _row(above: str, value: Value) -> str:
    default = json.dumps(value.default, ensure_ascii=False)
    text = value.text.replace("<", "&lt;")
    cells = (f"`{value.path.removeprefix(above)}`", f"`{default}`", text)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
