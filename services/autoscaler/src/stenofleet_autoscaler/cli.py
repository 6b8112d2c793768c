"""The operator's command line."""

import asyncio
import sys

import click
from stenofleet.errors import SettingsError
from stenofleet.settings import OperatorSettings, load
from stenofleet.telemetry import configure_logging

from stenofleet_autoscaler import operator
from stenofleet_autoscaler.plugin.cli import simulate


@click.group()
def main() -> None:
    """Resizes Celery workers on Kubernetes by the work that waits for them."""


@main.command()
def run() -> None:
    """Runs the operator until it is told to stop."""
    try:
        settings = load(OperatorSettings)
    except SettingsError as error:
        sys.exit(f"stenofleet-autoscaler: {error}")
    configure_logging("autoscaler", settings)
    asyncio.run(operator.run(settings))


main.add_command(simulate)
