"""Build what changed and bring it where the cluster pulls from."""

from collections.abc import Callable
from pathlib import Path

from stenofleet_deploy import embedded, kind
from stenofleet_deploy.builders import Builder, find_builder
from stenofleet_deploy.cluster import Flavour
from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.images import Image, tag
from stenofleet_deploy.progress import say, step

# Brings an image from the builder to the cluster; layers that are there are not sent again.
Way = Callable[[str], None]


def delivered(
    images: tuple[Image, ...], root: Path, flavour: Flavour, registry: str | None
) -> dict[str, str]:
    """Build and deliver images with what this machine has; as `deliver`."""
    # The embedded cluster pushes what buildah holds, also where Docker is there.
    docker = flavour is not Flavour.EMBEDDED and kind.docker_answers()
    builder = find_builder(docker=docker)
    return deliver(images, root, builder, way_to(flavour, builder, registry))


def deliver(images: tuple[Image, ...], root: Path, builder: Builder, way: Way) -> dict[str, str]:
    """Build the images that changed and deliver all.

    Args:
        images: What the release needs.
        root: The repository's root.
        builder: Docker or buildah.
        way: To the cluster.

    Returns:
        The tag of each image, by its name.
    """
    tags = {image.name: tag(image, root) for image in images}
    for image in images:
        reference = f"{image.name}:{tags[image.name]}"
        if builder.has(reference):
            say(f"==> image {reference} is built already")
        else:
            with step(f"build image {reference}"):
                builder.build(image, reference, root)
        with step(f"deliver image {reference}"):
            way(reference)
    return tags


def require_registry(flavour: Flavour, registry: str | None) -> None:
    """Refuse a named context without a registry that it pulls from.

    Raises:
        DeployError: It has none.
    """
    if flavour is Flavour.NAMED and not registry:
        raise DeployError(
            "the cluster of a named context pulls its images from a registry: which one? "
            "Name it with --registry HOST/PATH (make: REGISTRY=...)"
        )


def way_to(flavour: Flavour, builder: Builder, registry: str | None) -> Way:
    """Choose how images get to a cluster.

    Args:
        flavour: Of the cluster.
        builder: What built the images.
        registry: Where the cluster pulls from instead, e.g. ``host/team``.
    """
    if registry:
        return lambda reference: builder.push(reference, f"{registry}/{reference}")
    return embedded.push if flavour is Flavour.EMBEDDED else kind.load
