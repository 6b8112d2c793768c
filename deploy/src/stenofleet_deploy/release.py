"""The release: the CRD, the namespace and the chart."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stenofleet_deploy.cluster import Cluster
from stenofleet_deploy.errors import CommandError, DeployError
from stenofleet_deploy.images import Image

HELM_SECONDS = 180
# The first with server-side apply, which leaves the fields of others alone.
HELM_MAJOR = 4
CHART = "helm/stenofleet"
CRDS = "manifests/crds"
LABEL = "app.kubernetes.io/instance"


@dataclass(frozen=True)
class Release:
    """A release in a namespace of a cluster."""

    cluster: Cluster
    name: str
    namespace: str

    @property
    def selector(self) -> str:
        """Selects the objects of this release."""
        return f"{LABEL}={self.name}"

    def kubectl(self, *arguments: str) -> str:
        """Run kubectl in the release's namespace."""
        return self.cluster.kubectl("--namespace", self.namespace, *arguments)

    def get(self, kinds: str) -> list[dict[str, Any]]:
        """Return the release's objects of these kinds, e.g. ``deployments,jobs``."""
        listed = self.kubectl("get", kinds, "--selector", self.selector, "--output", "json")
        found: list[dict[str, Any]] = json.loads(listed)["items"]
        return found


def install(
    release: Release,
    root: Path,
    own_values: Mapping[str, Any],
    files: Sequence[str] = (),
    settings: Sequence[str] = (),
) -> None:
    """Install or upgrade the release.

    Args:
        release: Where.
        root: The repository's root.
        own_values: Values of this program; the user's win over them.
        files: The user's files of values.
        settings: The user's single values, as ``path=value``.
    """
    require_helm(release.cluster)
    # Helm never upgrades what lies in a chart's crds folder.
    release.cluster.kubectl(
        "apply", "--server-side", "--force-conflicts", "--filename", str(root / CRDS)
    )
    ensure_namespace(release)
    command = ["upgrade", "--install", release.name, str(root / CHART)]
    command += ["--namespace", release.namespace, "--server-side=true", "--values", "-"]
    command += [word for file in files for word in ("--values", file)]
    command += [word for setting in settings for word in ("--set", setting)]
    try:
        release.cluster.helm(*command, timeout=HELM_SECONDS, text=json.dumps(own_values))
    except CommandError as error:
        if "another operation" in str(error):
            raise DeployError(interrupted(release)) from None
        raise


def interrupted(release: Release) -> str:
    """What to do when helm believes that somebody else is still at work."""
    marks = "status in (pending-install,pending-upgrade,pending-rollback)"
    selector = f"owner=helm,name={release.name},{marks}"
    words = ["--namespace", release.namespace, "delete", "secret", "--selector", selector]
    return (
        f"helm: another deployment of {release.name} runs, or was interrupted. When none runs, "
        f"remove its mark and try again:\n    "
        + shlex.join(release.cluster.kubectl_command(*words))
    )


def require_helm(cluster: Cluster) -> None:
    """Refuse a helm without server-side apply.

    Raises:
        DeployError: It is older than 4.
    """
    version = cluster.helm("version", "--template", "{{.Version}}").strip()
    if int(version.removeprefix("v").partition(".")[0]) < HELM_MAJOR:
        raise DeployError(f"helm: expected version {HELM_MAJOR} or later, got {version}")


def uninstall(release: Release) -> None:
    """Remove the release; claims that the chart keeps and the namespace stay."""
    arguments = ["uninstall", release.name, "--namespace", release.namespace]
    arguments += ["--ignore-not-found", "--wait", f"--timeout={HELM_SECONDS}s"]
    release.cluster.helm(*arguments, timeout=HELM_SECONDS + 30)


def ensure_namespace(release: Release) -> None:
    """Create the namespace under the restricted pod security standard, unless it is there."""
    cluster = release.cluster
    if cluster.kubectl("get", "namespace", release.namespace, "--ignore-not-found", "-o", "name"):
        return
    security = "pod-security.kubernetes.io"
    labels = {f"{security}/{mode}": "restricted" for mode in ("enforce", "warn")}
    manifest = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": release.namespace, "labels": labels},
    }
    cluster.kubectl("apply", "--server-side", "--filename", "-", text=json.dumps(manifest))


def has_one_node(cluster: Cluster) -> bool:
    """Whether all pods share a node, so that a volume which one node alone can mount is enough."""
    return len(cluster.kubectl("get", "nodes", "--output", "name").split()) == 1


def values(
    images: Sequence[Image],
    tags: Mapping[str, str],
    whisper_model: str,
    registry: str | None,
    *,
    single_node: bool,
) -> dict[str, Any]:
    """The chart's values that name images and nodes, as a tree; the API asks for no key.

    What this program installs is looked at from this machine. The user's values win.

    Args:
        images: The images of the release.
        tags: Their tags, by their names.
        whisper_model: The model that the transcribing image carries.
        registry: What stands before the images' names, if anything.
        single_node: Whether the cluster has one node.
    """
    tree: dict[str, Any] = {}
    plant(tree, "settings.whisperModel", whisper_model)
    plant(tree, "settings.authMode", "none")
    plant(tree, "image.registry", registry or "")
    plant(tree, "storage.volume.singleNode", single_node)
    for image in images:
        for path in image.values:
            plant(tree, path, tags[image.name])
    return tree


def plant(tree: dict[str, Any], path: str, value: Any) -> None:
    """Set a value in a tree at a path of keys.

    >>> tree = {"api": {"replicas": 2}}
    >>> plant(tree, "api.image.tag", "1f")
    >>> tree
    {'api': {'replicas': 2, 'image': {'tag': '1f'}}}
    """
    *parents, last = path.split(".")
    for key in parents:
        tree = tree.setdefault(key, {})
    tree[last] = value
