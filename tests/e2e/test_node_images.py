"""Images on the node of this project's own cluster."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from stenofleet_cluster import containers, images
from stenofleet_cluster.images import BUILDAH
from stenofleet_cluster.places import Places
from stenofleet_cluster.progress import Progress
from stenofleet_cluster.shell import run
from stenofleet_deploy.cluster import Cluster, Flavour
from stenofleet_deploy.shell import program

IMAGE = "docker.io/stenofleet-tests/moving:1"


def test_an_image_that_was_pushed_again_under_its_tag_replaces_what_the_node_has(
    cluster: Cluster,
) -> None:
    if cluster.flavour is not Flavour.EMBEDDED:
        pytest.skip("the node is not this machine's")
    seen = []
    for version in ("first", "second"):
        with made(version):
            images.push(IMAGE, Progress())
        places = Places.from_environment(os.environ)
        containers.pull(places, Path(program("ctr", cluster.environment)).parent, IMAGE)
        seen.append(on_the_node(cluster, places))
    assert seen[0] != seen[1]


@contextmanager
def made(version: str) -> Iterator[None]:
    """The image without any file, on this machine."""
    working = run([*BUILDAH, "from", "scratch"], timeout=60).strip()
    try:
        run([*BUILDAH, "config", "--label", f"version={version}", working], timeout=60)
        run([*BUILDAH, "commit", "--quiet", working, IMAGE], timeout=60)
        yield
    finally:
        run([*BUILDAH, "rm", working], timeout=60)
        run([*BUILDAH, "rmi", IMAGE], timeout=60)


def on_the_node(cluster: Cluster, places: Places) -> str:
    """The digest of the image that pods would get."""
    ctr = [program("ctr", cluster.environment), "--address", str(places.containerd_socket)]
    listed = cluster.run([*ctr, "--namespace", "k8s.io", "images", "list", f"name=={IMAGE}"], 60)
    return listed.splitlines()[1].split()[2]
