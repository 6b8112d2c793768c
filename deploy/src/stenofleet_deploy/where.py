"""The options that say where: the same for every command."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import click

from stenofleet_deploy.cluster import Cluster, Flavour
from stenofleet_deploy.context import choose, find, start
from stenofleet_deploy.release import Release

P = ParamSpec("P")


@dataclass(frozen=True)
class Where:
    """Where a release is or will be.

    Attributes:
        context: The kube-context that the user named, if any.
        flavour: Of the cluster.
        namespace: Of the release.
        name: Of the release.
    """

    context: str | None
    flavour: Flavour
    namespace: str
    name: str

    def start(self) -> Cluster:
        """Bring the cluster up, where that is ours to do."""
        return start(self.flavour, self.context)

    def release_on(self, cluster: Cluster) -> Release:
        """The release on a cluster."""
        return Release(cluster, self.name, self.namespace)

    def find(self) -> Release:
        """The release on the cluster as it is."""
        return self.release_on(find(self.flavour, self.context))


OPTIONS = (
    click.option(
        "--context", metavar="NAME", help="A context of your kubeconfig; none is guessed."
    ),
    click.option(
        "--cluster",
        type=click.Choice([Flavour.KIND.value, Flavour.EMBEDDED.value]),
        help="Default: kind when a Docker engine answers, else the embedded cluster.",
    ),
    click.option(
        "--namespace", default="stenofleet", show_default=True, help="Where the release is."
    ),
    click.option("--release", default="stenofleet", show_default=True, help="Name for helm."),
)


def placed(command: Callable[Concatenate[Where, P], None]) -> Callable[..., None]:
    """Give a command the options that say where, as its first argument."""

    @wraps(command)
    def run(
        *arguments: Any,
        context: str | None,
        cluster: str | None,
        namespace: str,
        release: str,
        **others: Any,
    ) -> None:
        flavour = choose(context or None, Flavour(cluster) if cluster else None)
        command(Where(context or None, flavour, namespace, release), *arguments, **others)

    decorated: Callable[..., None] = run
    for option in reversed(OPTIONS):
        decorated = option(decorated)
    return decorated
