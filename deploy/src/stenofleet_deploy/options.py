"""The options that commands which deploy have in common."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).parents[3]
"""Of the repository that this program is installed from."""

whisper_model = click.option(
    "--whisper-model",
    type=click.Choice(["base", "tiny.en"]),
    default="base",
    show_default=True,
    help="The model in the worker's image: base hears many languages, tiny.en is small.",
)
registry = click.option(
    "--registry", metavar="HOST/PATH", help="Where the cluster of --context pulls images from."
)


def helm_values(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the user's values for the chart: ``files`` and single ``settings``."""
    one = click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="One value.")
    many = click.option("--values", "files", multiple=True, metavar="FILE", help="For the chart.")
    return many(one(command))
