"""Docker or buildah, whichever is there: one way to build, tag and push with either."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from stenofleet_deploy.errors import CommandError, DeployError
from stenofleet_deploy.images import Image
from stenofleet_deploy.shell import available, run

QUICK_SECONDS = 60
BUILD_SECONDS = 1800
PUSH_SECONDS = 900


class Builder(Protocol):
    """What images are built with."""

    def has(self, reference: str) -> bool:
        """Whether the image is there."""

    def build(self, image: Image, reference: str, root: Path) -> None:
        """Build the image from the repository's root under this name."""

    def push(self, reference: str, destination: str) -> None:
        """Push the image to a registry under another name."""

    def save(self, reference: str, file: Path) -> None:
        """Write the image into a tar archive."""


@dataclass(frozen=True)
class Docker:
    """A Docker engine, with BuildKit."""

    def has(self, reference: str) -> bool:
        """Whether the engine has the image."""
        return succeeds(["docker", "image", "inspect", reference])

    def build(self, image: Image, reference: str, root: Path) -> None:
        """Build the image with the engine."""
        command = ["docker", "build", *build_arguments(image, reference)]
        run(command, timeout=BUILD_SECONDS, folder=root)

    def push(self, reference: str, destination: str) -> None:
        """Push by the engine, with the credentials of ``docker login``."""
        run(["docker", "tag", reference, destination], timeout=QUICK_SECONDS)
        run(["docker", "push", "--quiet", destination], timeout=PUSH_SECONDS)

    def save(self, reference: str, file: Path) -> None:
        """Save by the engine, in the layout of OCI since its version 25."""
        run(["docker", "save", "--output", str(file), reference], timeout=PUSH_SECONDS)


@dataclass(frozen=True)
class Buildah:
    """buildah, in the way that needs no user namespaces and no FUSE."""

    def has(self, reference: str) -> bool:
        """Whether buildah's storage has the image."""
        return succeeds([*self._command("inspect"), "--type", "image", reference])

    def build(self, image: Image, reference: str, root: Path) -> None:
        """Build the image, taking every step that did not change from the storage."""
        # --pull=false: a base image made on this machine is good, wherever its name points.
        options = ["--layers", "--pull=false", "--isolation", "chroot"]
        command = [*self._command("build"), *options, *build_arguments(image, reference)]
        run(command, timeout=BUILD_SECONDS, folder=root)

    def push(self, reference: str, destination: str) -> None:
        """Push with the credentials of ``buildah login``."""
        command = [*self._command("push"), "--quiet", reference, f"docker://{destination}"]
        run(command, timeout=PUSH_SECONDS)

    def save(self, reference: str, file: Path) -> None:
        """Save as an OCI archive under its own name."""
        destination = f"oci-archive:{file}:{reference}"
        run([*self._command("push"), "--quiet", reference, destination], timeout=PUSH_SECONDS)

    def _command(self, verb: str) -> list[str]:
        return ["buildah", "--storage-driver", "overlay", verb]


def build_arguments(image: Image, reference: str) -> list[str]:
    """The arguments that docker and buildah have in common."""
    words = ["--file", image.dockerfile, "--tag", reference]
    if image.target:
        words += ["--target", image.target]
    for name, value in sorted(image.arguments.items()):
        words += ["--build-arg", f"{name}={value}"]
    return [*words, "."]


def find_builder(*, docker: bool) -> Builder:
    """Take Docker when its engine answers, else buildah.

    Args:
        docker: Whether a Docker engine answers.

    Raises:
        DeployError: There is neither.
    """
    if docker:
        return Docker()
    if available("buildah"):
        return Buildah()
    raise DeployError(
        "no Docker engine answers and buildah is not installed: install one of them "
        "(Debian, Ubuntu: apt-get install buildah)"
    )


def succeeds(command: list[str]) -> bool:
    """Whether a command ends well."""
    try:
        run(command, timeout=QUICK_SECONDS)
    except CommandError:
        return False
    return True
