"""Images that tests need, built and brought to the cluster."""

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
HOST_BASES = {"stenofleet/api": "API", "stenofleet/worker": "WORKER"}
"""The images that hosts' are made of, and the build arguments that name them."""


@dataclass(frozen=True)
class TestApp(Image):
    """An image of ``tests/apps``."""

    __test__ = False

    @property
    def folder(self) -> str:
        return f"tests/apps/{self.service}"


APP = TestApp(PLAIN, "plain", ())


@dataclass(frozen=True)
class HostImage(Image):
    """An image of ``hosts``, made on top of others."""

    @property
    def folder(self) -> str:
        return "hosts"

    @property
    def dockerfile(self) -> str:
        return f"{self.folder}/{self.service}.Dockerfile"


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


def host_images(cluster: Cluster, whisper_model: str) -> dict[str, str]:
    """Those for hosts without Kubernetes as the cluster's pods name them, by their Dockerfile."""
    ours = [image for image in images(whisper_model) if image.name in HOST_BASES]
    bases = {HOST_BASES[name]: at for name, at in _delivered(cluster, ours).items()}
    worker = {"WORKER": bases["WORKER"]}
    wanted = [
        HostImage("stenofleet/worker-cloudrun", "worker-cloudrun", (), arguments=worker),
        HostImage("stenofleet/combined", "combined", (), arguments=bases),
    ]
    made = _delivered(cluster, wanted)
    return {image.service: made[image.name] for image in wanted}


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
