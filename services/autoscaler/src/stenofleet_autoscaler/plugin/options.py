"""Options that every command has, called as kubectl's own."""

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from stenofleet_autoscaler.plugin.cluster import Cluster


@dataclass(frozen=True)
class Options:
    """Where to ask, and how to tell."""

    namespace: str | None
    context: str | None
    kubeconfig: str | None
    as_json: bool

    def cluster(self) -> Cluster:
        """The cluster that the options name."""
        return Cluster(self.kubeconfig, self.context, self.namespace)

    def tell(self, data: Any, words: str) -> None:
        """One of the two, as asked."""
        click.echo(json.dumps(data, indent=2) if self.as_json else words)


operator = click.option(
    "--operator-namespace",
    help="Where the operator runs; by default looked for by its Lease.",
)


def common(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the common options, as its first argument."""

    @click.option("-n", "--namespace", help="Of the pool; by default the context's.")
    @click.option("--context", help="Of the kubeconfig.")
    @click.option("--kubeconfig", type=click.Path(dir_okay=False), help="A file of its own.")
    @click.option("-o", "--output", type=click.Choice(["json"]), help="Instead of text.")
    @functools.wraps(command)
    def with_options(
        *, namespace: Any, context: Any, kubeconfig: Any, output: Any, **rest: Any
    ) -> None:
        command(Options(namespace, context, kubeconfig, output == "json"), **rest)

    return with_options
