"""The operator's command line."""

import asyncio
import sys
from pathlib import Path

import click
from stenofleet.errors import SettingsError
from stenofleet.settings import OperatorSettings, load
from stenofleet.telemetry import configure_logging

from stenofleet_autoscaler import definitions, operator, pool_checks
from stenofleet_autoscaler.clients import ClientError
from stenofleet_autoscaler.plugin.cli import simulate


@click.group()
def main() -> None:
    """Resizes Celery workers on Kubernetes by the work that waits for them."""


@main.command()
@click.option(
    "--record",
    type=click.Path(path_type=Path, file_okay=False, exists=True, writable=True),
    help="Write a trace of each pool into this folder, for the simulator.",
)
def run(record: Path | None) -> None:
    """Runs the operator until it is told to stop."""
    try:
        settings = load(OperatorSettings)
    except SettingsError as error:
        sys.exit(f"stenofleet-autoscaler: {error}")
    configure_logging("autoscaler", settings)
    asyncio.run(operator.run(settings, record))


@main.command("upgrade-crds")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--kubeconfig", help="A file; without it, the pod's own account.")
def upgrade_crds(folder: Path, kubeconfig: str | None) -> None:
    """Applies the custom resource definitions of a folder; the chart does so before an upgrade."""
    try:
        names = definitions.upgrade(folder, kubeconfig)
    except definitions.DefinitionError as error:
        sys.exit(f"stenofleet-autoscaler: {error}")
    click.echo(f"applied: {', '.join(names)}")


@main.command("test-pools")
@click.argument("names", nargs=-1, required=True)
@click.option("--namespace", required=True, help="Where the WorkerPools are.")
@click.option("--kubeconfig", help="A file; without it, the pod's own account.")
def test_pools(names: tuple[str, ...], namespace: str, kubeconfig: str | None) -> None:
    """Whether the operator sizes these WorkerPools; the chart's `helm test` runs it.

    It tells of each, and exits with 1 when one is not sized.
    """
    try:
        told = pool_checks.look(namespace, names, kubeconfig)
    except ClientError as error:
        sys.exit(f"stenofleet-autoscaler: {error}")
    for line in told:
        click.echo(str(line))
    if not all(line.is_good for line in told):
        sys.exit(1)


main.add_command(simulate)
