"""Releases that tests install on a real cluster and take away again."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stenofleet_deploy import context, embedded, kind
from stenofleet_deploy.cluster import Cluster, Flavour
from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.release import Release

ROOT = Path(__file__).parents[2]
VALUES = ROOT / "tests" / "e2e" / "values.yaml"
OURS = {Flavour.EMBEDDED: "stenofleet-cluster", Flavour.KIND: "kind-stenofleet"}
STOP = {Flavour.EMBEDDED: embedded.down, Flavour.KIND: kind.down}
# The first start of the embedded cluster builds Kubernetes, the first release its images.
UP_SECONDS = 3600
# Nothing runs any more: what is left is a goodbye of seconds, on a machine that may be busy.
GONE_SECONDS = 240


@contextmanager
def some_cluster() -> Iterator[Cluster]:
    """The cluster of CONTEXT, else this project's own, which stops again unless it was up."""
    named = os.environ.get("CONTEXT") or None
    flavour = context.choose(named)
    cluster = _found(flavour, named)
    if cluster is not None:
        yield _harmless(cluster, named)
        return
    try:
        yield _harmless(context.start(flavour, named), named)
    finally:
        STOP[flavour]()


@contextmanager
def installed(cluster: Cluster, namespace: str) -> Iterator[Release]:
    """A release with the tests' values in a namespace of its own; both go at the end."""
    release = Release(cluster, "stenofleet", namespace)
    with removed(release):
        deploy(release)
        yield release


@contextmanager
def removed(release: Release) -> Iterator[None]:
    """Takes a release and its namespace away at the end, however far they came."""
    try:
        yield
    finally:
        uninstall(release)
        words = ["delete", "namespace", release.namespace, "--ignore-not-found"]
        release.cluster.kubectl(*words, timeout=GONE_SECONDS)


def deploy(release: Release, *more: str) -> None:
    """Brings a release up as a user does, with the small model, and ``more`` options."""
    command = deploying(release, "up", "--no-demo", *more)
    subprocess.run(command, cwd=ROOT, check=True, timeout=UP_SECONDS)


def deploying(release: Release, verb: str, *more: str) -> list[str]:
    """A command of ours that deploys this release with the tests' values and the small model.

    Values of ``more`` win.
    """
    where = ["--namespace", release.namespace, *_named(release.cluster)]
    options = ["--whisper-model", "tiny.en", "--values", str(VALUES)]
    if registry := os.environ.get("REGISTRY"):
        options += ["--registry", registry]
    program = str(Path(sys.executable).with_name("stenofleet-deploy"))
    return [program, verb, *where, *options, *more]


def upgrade(release: Release, *settings: str) -> None:
    """Changes single values of a release with helm alone."""
    command = ["upgrade", release.name, str(ROOT / "helm" / "stenofleet"), "--reuse-values"]
    command += ["--namespace", release.namespace]
    command += [word for setting in settings for word in ("--set", setting)]
    release.cluster.helm(*command)


def uninstall(release: Release) -> None:
    release.cluster.helm(
        *("uninstall", release.name, "--namespace", release.namespace),
        *("--ignore-not-found", "--wait", f"--timeout={GONE_SECONDS}s"),
        timeout=GONE_SECONDS + 30,
    )


def _named(cluster: Cluster) -> list[str]:
    if cluster.flavour is Flavour.NAMED:
        return ["--context", cluster.context]
    return ["--cluster", cluster.flavour.value]


def _found(flavour: Flavour, named: str | None) -> Cluster | None:
    """The cluster, if it is up; one that the user named must be."""
    try:
        cluster = context.find(flavour, named)
        # A cluster that was stopped still has its kubeconfig.
        cluster.require_answer()
    except (DeployError, json.JSONDecodeError):
        if flavour is Flavour.NAMED:
            raise
        return None
    return cluster


def _harmless(cluster: Cluster, named: str | None) -> Cluster:
    """Refuses a cluster that is neither the user's choice nor this project's own."""
    wanted = named or OURS[cluster.flavour]
    assert cluster.context == wanted, f"expected the context {wanted}, got {cluster.context}"
    return cluster
