"""Which cluster is meant. A context that nobody named is never touched.

In this order: the context that the user names, kind when a Docker engine answers, else the
one-node Kubernetes of ``cluster/``. The current context of the user's kubeconfig is never
taken by itself: it may be anything, also production.
"""

from stenofleet_deploy import embedded, kind
from stenofleet_deploy.cluster import QUICK_SECONDS, Cluster, Flavour
from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.shell import run


def choose(context: str | None, wish: Flavour | None = None) -> Flavour:
    """Decide which kind of cluster is meant.

    Args:
        context: The kube-context that the user named, if any.
        wish: The flavour that the user asked for, if any.

    Raises:
        DeployError: Both were given.
    """
    if context is not None and wish is not None:
        raise DeployError(f"give either --context ({context}) or --cluster ({wish.value})")
    if context is not None:
        return Flavour.NAMED
    return wish or (Flavour.KIND if kind.docker_answers() else Flavour.EMBEDDED)


def start(flavour: Flavour, context: str | None) -> Cluster:
    """Bring the cluster up, where that is ours to do, and return it.

    Raises:
        DeployError: It does not start, or the named context does not exist or answer.
    """
    if flavour is Flavour.EMBEDDED:
        embedded.up()
    if flavour is Flavour.KIND:
        kind.up()
    return find(flavour, context)


def find(flavour: Flavour, context: str | None) -> Cluster:
    """Return the cluster as it is, without starting anything.

    Raises:
        DeployError: It does not answer, or the named context does not exist.
    """
    if flavour is Flavour.EMBEDDED:
        cluster = embedded.find()
    elif flavour is Flavour.KIND:
        cluster = kind.find()
    else:
        cluster = named(context or "")
    cluster.require_answer()
    return cluster


def named(context: str) -> Cluster:
    """Return the cluster of a context in the user's own kubeconfig.

    Raises:
        DeployError: There is no such context.
    """
    known = run(["kubectl", "config", "get-contexts", "-o", "name"], timeout=QUICK_SECONDS).split()
    if context not in known:
        raise DeployError(
            f"context: expected one of your kubeconfig ({', '.join(known) or 'it has none'}), "
            f"got {context!r}"
        )
    return Cluster(Flavour.NAMED, context)
