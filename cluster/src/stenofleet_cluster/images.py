"""Images: what they are called where, and how they come into the local registry."""

import time

from stenofleet_cluster import addresses
from stenofleet_cluster.errors import ClusterError
from stenofleet_cluster.progress import Progress, clock
from stenofleet_cluster.shell import run

# The storage driver is named because the default asks for FUSE on some machines.
BUILDAH = ("buildah", "--storage-driver", "overlay")
PUSH_SECONDS = 1800
DOCKER = "docker.io"


def registry_names(image: str) -> list[str]:
    """Return under which names the local registry has to answer for an image.

    A pod's image name loses its registry on the way to a mirror; one without a registry is
    docker.io's, and without an organisation of its `library`. buildah calls an image that was built
    without a registry localhost/..., and a pod may ask for it either way.

    Raises:
        ClusterError: The image is named by a digest, which cannot be pushed to.
    """
    if "@" in image:
        raise ClusterError(f"{image}: an image is pushed by its tag, not by a digest")
    registry, path = _split(image if ":" in image.rpartition("/")[2] else f"{image}:latest")
    if "/" in path or registry not in (DOCKER, "localhost"):
        return [path]
    return [f"library/{path}"] if registry == DOCKER else [path, f"library/{path}"]


def _split(image: str) -> tuple[str, str]:
    first, slash, rest = image.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return first, rest
    return DOCKER, image


def push(image: str, progress: Progress) -> None:
    """Push a local image into the local registry; layers that are there are not sent again.

    Raises:
        ClusterError: There is no such image, or the registry does not take it.
    """
    begun = time.monotonic()
    names = registry_names(image)
    for name in names:
        target = f"docker://{addresses.REGISTRY}/{name}"
        words = [*BUILDAH, "push", "--quiet", "--tls-verify=false", image, target]
        run(words, timeout=PUSH_SECONDS)
    where = ", ".join(f"{addresses.REGISTRY}/{name}" for name in names)
    progress.say(f"  pushed {image} to {where} in {clock(time.monotonic() - begun)}")
