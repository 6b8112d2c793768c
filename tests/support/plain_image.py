"""The images that the operator's lab needs, built and brought to the cluster."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from stenofleet_deploy.builders import find_builder
from stenofleet_deploy.cluster import Cluster
from stenofleet_deploy.delivery import deliver, require_registry, way_to
from stenofleet_deploy.images import Image, images
from stenofleet_deploy.kind import docker_answers
from support.releases import ROOT

OPERATOR = "stenofleet/autoscaler"
PLAIN = "stenofleet-tests/plain"


@dataclass(frozen=True)
class TestApp(Image):
    """An image of ``tests/apps``."""

    __test__ = False

    @property
    def folder(self) -> str:
        return f"tests/apps/{self.service}"


APP = TestApp(PLAIN, "plain", ())


def delivered(cluster: Cluster) -> dict[str, str]:
    """The operator and the plain app as the cluster's pods name them, by the image's name."""
    operator = [image for image in images("none") if image.name == OPERATOR]
    return _delivered(cluster, [*operator, APP])


def plain_app_image(cluster: Cluster) -> dict[str, str]:
    """The plain app alone, as the chart takes an image."""
    return image_value(_delivered(cluster, [APP])[PLAIN])


def product_images(cluster: Cluster, whisper_model: str) -> dict[str, str]:
    """All images of the product, likewise."""
    return _delivered(cluster, images(whisper_model))


def _delivered(cluster: Cluster, wanted: Iterable[Image]) -> dict[str, str]:
    registry = os.environ.get("REGISTRY") or None
    require_registry(cluster.flavour, registry)
    builder = find_builder(docker=docker_answers())
    tags = deliver(tuple(wanted), ROOT, builder, way_to(cluster.flavour, builder, registry))
    before = f"{registry}/" if registry else ""
    return {name: f"{before}{name}:{tag}" for name, tag in tags.items()}


def image_value(name: str) -> dict[str, str]:
    """An image's name as the chart takes it."""
    repository, _, tag = name.rpartition(":")
    return {"repository": repository, "tag": tag}
