"""A release's folder: every file is there, says what is in it, and is found whole."""

import hashlib
import json
import os
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from stenofleet_deploy import packaging, versions
from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.images import Image, images
from support.programs import built

ROOT = Path(__file__).parents[2]


@dataclass
class Archives:
    """A builder that builds nothing, and saves each image's name."""

    built: list[str] = field(default_factory=list)

    def has(self, reference: str) -> bool:
        return reference in self.built

    def build(self, image: Image, reference: str, root: Path) -> None:
        assert (root / image.dockerfile).is_file()
        self.built.append(reference)

    def push(self, reference: str, destination: str) -> None:
        raise NotImplementedError

    def save(self, reference: str, file: Path) -> None:
        assert self.has(reference)
        file.write_text(reference)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("dist") / "release"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(built()), prepend=os.pathsep)
        packaging.package(images("base"), ROOT, into, Archives())
    return into


def test_images_chart_and_bills_bear_the_version(folder: Path) -> None:
    version = versions.for_helm(versions.read(ROOT))
    names = [image.name.replace("/", "-") for image in images("base")]
    expected = [f"{name}-{version}{end}" for name in names for end in (".oci.tar", ".cdx.json")]
    expected += [f"stenofleet-{version}.tgz", packaging.CHECKSUMS]
    assert sorted(each.name for each in folder.iterdir()) == sorted(expected)


def test_each_bill_names_what_the_image_holds(folder: Path) -> None:
    bills = [json.loads(path.read_text()) for path in folder.glob("*.cdx.json")]
    parts = {
        bill["metadata"]["component"]["name"].replace("/", "-"): {
            each["name"] for each in bill["components"]
        }
        for bill in bills
    }
    assert "fastapi" in parts["stenofleet-api"]
    assert "faster-whisper" in parts["stenofleet-worker"]
    assert "google-cloud-speech" in parts["stenofleet-worker-core"]
    assert "faster-whisper" not in parts["stenofleet-worker-core"] | parts["stenofleet-autoscaler"]
    assert all("pytest" not in each for each in parts.values())


def test_the_checksums_are_those_of_the_files(folder: Path) -> None:
    for line in (folder / packaging.CHECKSUMS).read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_the_chart_that_is_packaged_holds_its_definitions(folder: Path) -> None:
    [chart] = folder.glob("stenofleet-*.tgz")
    with tarfile.open(chart) as archive:
        assert "stenofleet/crds/workerpools.yaml" in archive.getnames()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(DeployError, match="expected a folder of an earlier release"):
        packaging.package((), ROOT, tmp_path, Archives())
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
