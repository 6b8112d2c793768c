"""Only what changed is built; everything that the release needs is delivered."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from stenofleet_deploy.builders import Buildah, Docker, build_arguments, find_builder
from stenofleet_deploy.delivery import deliver
from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.images import Image, images, tag


@dataclass
class Storage:
    """A builder whose images are names: none are built for real here."""

    held: list[str] = field(default_factory=list)

    def has(self, reference: str) -> bool:
        return reference in self.held

    def build(self, image: Image, reference: str, root: Path) -> None:
        assert (root / ".git").is_dir()
        assert reference.startswith(f"{image.name}:")
        assert not self.has(reference)
        self.held.append(reference)

    def push(self, reference: str, destination: str) -> None:
        raise NotImplementedError

    def save(self, reference: str, file: Path) -> None:
        raise NotImplementedError


def test_a_second_delivery_builds_nothing_and_delivers_all(root: Path) -> None:
    storage, delivered = Storage(), list[str]()
    first = deliver(images("base"), root, storage, delivered.append)
    assert storage.held == delivered
    assert len(delivered) == 4
    second = deliver(images("base"), root, storage, delivered.append)
    assert second == first
    assert len(storage.held) == 4
    assert len(delivered) == 8


def test_another_model_builds_the_transcribing_image_alone(root: Path) -> None:
    storage, delivered = Storage(), list[str]()
    deliver(images("base"), root, storage, delivered.append)
    deliver(images("tiny.en"), root, storage, delivered.append)
    (added,) = storage.held[4:]
    assert added == f"stenofleet/worker:{tag(images('tiny.en')[-1], root)}"


def test_stage_and_model_reach_the_build() -> None:
    *_, core, worker = (build_arguments(image, "name:tag") for image in images("tiny.en"))
    assert core[core.index("--target") + 1] == "core"
    assert worker[worker.index("--build-arg") + 1] == "WHISPER_MODELS=tiny.en"


def test_docker_is_taken_when_its_engine_answers_else_buildah(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_builder(docker=True) == Docker()
    with pytest.raises(DeployError, match="apt-get install buildah"):
        find_builder(docker=False)
    (tmp_path / "buildah").touch(mode=0o755)
    assert find_builder(docker=False) == Buildah()
