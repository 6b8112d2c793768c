"""The images: what they are made of, and a tag that says so.

A tag is a hash of everything that goes into the image, so an image that is there need not be
built again, and a pod's image tells exactly which code it runs.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.shell import run

GIT_SECONDS = 30
TAG_LENGTH = 16
DEVELOPMENT = {"RELOAD": "1"}
"""The build argument of images for development, as skaffold.yaml gives it, too."""

SHARED_INPUTS = ("pyproject.toml", "uv.lock", ".dockerignore", "libs/stenofleet")


@dataclass(frozen=True)
class Image:
    """An image and how it is built.

    Attributes:
        name: Without registry and tag.
        service: Its folder under ``services/``.
        target: The stage of the Dockerfile; None is the last.
        arguments: Build arguments.
        values: Where the chart takes its tag, as paths of values.
    """

    name: str
    service: str
    values: tuple[str, ...]
    target: str | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """Where its own files are, from the repository's root."""
        return f"services/{self.service}"

    @property
    def dockerfile(self) -> str:
        """Its Dockerfile, from the repository's root."""
        return f"{self.folder}/Dockerfile"


def images(whisper_model: str) -> tuple[Image, ...]:
    """All images of a release, with this Whisper model in the one that transcribes."""
    return (
        Image("stenofleet/api", "api", ("api.image.tag",)),
        Image("stenofleet/autoscaler", "autoscaler", ("operator.image.tag",)),
        Image(
            "stenofleet/worker-core",
            "worker",
            ("workers.core.image.tag", "workers.logs.image.tag", "beat.image.tag"),
            target="core",
        ),
        Image(
            "stenofleet/worker",
            "worker",
            ("workers.transcription.image.tag",),
            arguments={"WHISPER_MODELS": whisper_model},
        ),
    )


def for_development(images: Iterable[Image]) -> tuple[Image, ...]:
    """The same images with what starts their processes again when code changes."""
    return tuple(replace(image, arguments={**image.arguments, **DEVELOPMENT}) for image in images)


def tag(image: Image, root: Path) -> str:
    """Hash what the image is made of: files as git knows them, stage and arguments.

    Args:
        image: The image.
        root: The repository's root.

    Returns:
        Hexadecimal digits, the same for the same content wherever the repository lies.

    Raises:
        DeployError: ``root`` is no git work tree.
    """
    digest = hashlib.sha256(repr((image.target, sorted(image.arguments.items()))).encode())
    for name in inputs(image, root):
        digest.update(f"\0{name}\0".encode())
        digest.update(content(root / name))
    return digest.hexdigest()[:TAG_LENGTH]


def inputs(image: Image, root: Path) -> list[str]:
    """The files that go into the image: tracked or new, but not ignored by git."""
    folders: Iterable[str] = (*SHARED_INPUTS, image.folder)
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
    listed = run([*command, *folders], timeout=GIT_SECONDS, folder=root)
    found = sorted({name for name in listed.split("\0") if name and os.path.lexists(root / name)})
    if not found:
        raise DeployError(f"{root}: expected the repository's root with its files, found none")
    return found


def content(path: Path) -> bytes:
    """A digest of a file, or of where a symbolic link points."""
    data = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
    return hashlib.sha256(data).digest()
