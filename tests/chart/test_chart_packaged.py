"""A release's folder: every file is there, says what is in it, and is found whole."""

import json
import os
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from stenofleet_deploy import packaging, versions
from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.images import Image, images
from support.chart import CASES, CHART, ROOT
from support.programs import built, helm


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


def told(verb: str, chart: Path, *options: str) -> str:
    """What Helm says of a chart, with values that leave no password to be made up."""
    command = [helm(), verb, str(chart), "--values", "-", *options]
    values = json.dumps(CASES["everything external"])
    return subprocess.run(
        command, input=values, capture_output=True, text=True, check=True, timeout=60
    ).stdout


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


def test_the_checksums_are_those_of_every_file(folder: Path) -> None:
    check = ["sha256sum", "--check", "--strict", packaging.CHECKSUMS]
    checked = subprocess.run(
        check, cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )
    found = {line.removesuffix(": OK") for line in checked.stdout.splitlines()}
    assert found == {each.name for each in folder.iterdir()} - {packaging.CHECKSUMS}


def test_the_chart_that_is_packaged_is_the_chart(folder: Path) -> None:
    [chart] = folder.glob("stenofleet-*.tgz")
    assert told("template", chart) == told("template", CHART)
    told("lint", chart, "--strict")
    with tarfile.open(chart) as archive:
        assert "stenofleet/crds/workerpools.yaml" in archive.getnames()


def test_a_release_that_fails_leaves_the_one_that_was_there(tmp_path: Path) -> None:
    before = tmp_path / "release"
    before.mkdir()
    (before / packaging.CHECKSUMS).write_text("of the last release\n")

    class Broken(Archives):
        def save(self, reference: str, file: Path) -> None:
            raise DeployError(f"no room for {reference} in {file.name}")

    with pytest.raises(DeployError, match="no room"):
        packaging.package(images("base"), ROOT, before, Broken())

    assert [each.name for each in tmp_path.iterdir()] == ["release"]
    assert (before / packaging.CHECKSUMS).read_text() == "of the last release\n"


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(DeployError, match="expected a folder of an earlier release"):
        packaging.package((), ROOT, tmp_path, Archives())
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
