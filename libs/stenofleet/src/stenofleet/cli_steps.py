"""How commands tell the results of steps: lines for people as they come, or JSON in the end."""

import json
import sys
from collections.abc import Iterable
from typing import Any

import click

from stenofleet.steps import Result

as_json_option = click.option("--json", "as_json", is_flag=True, help="Prints JSON.")


def tell(found: Iterable[Result], *, as_json: bool, stops: bool = False) -> None:
    """Tells all results, and exits with 1 when one of them is not good.

    Args:
        found: they are told while they come.
        as_json: one object, with ``ok`` and ``steps``.
        stops: the first that is not good is the last.
    """
    seen = []
    for result in found:
        seen.append(result)
        if not as_json:
            click.echo("\n".join(result.lines()))
        if stops and not result.is_good:
            break
    good = all(each.is_good for each in seen)
    if as_json:
        tell_json({"ok": good, "steps": [each.as_json() for each in seen]})
    if not good:
        sys.exit(1)


def tell_json(told: Any) -> None:
    """Prints JSON that people can read, too."""
    click.echo(json.dumps(told, indent=2, ensure_ascii=False))
