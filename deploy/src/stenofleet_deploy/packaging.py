"""What a release consists of: images, the chart, what is in them, and checksums over all."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from stenofleet_deploy import versions
from stenofleet_deploy.builders import Builder
from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.images import Image
from stenofleet_deploy.progress import step
from stenofleet_deploy.shell import run

CHART: Final = "helm/stenofleet"
CHECKSUMS: Final = "SHA256SUMS"
EXPORT_SECONDS: Final = 120
EXTRAS: Final[dict[str, tuple[str, ...]]] = {
    "stenofleet/worker-core": ("google",),
    "stenofleet/worker": ("whisper", "speakers"),
}
"""Of the service's package, as its Dockerfile installs them."""


def package(images: Iterable[Image], root: Path, into: Path, builder: Builder) -> list[Path]:
    """Write the whole release into the folder ``into``, which is replaced once all of it is there.

    Args:
        images: What is built and saved, as OCI archives.
        root: The repository's root.
        into: Only a release's own folder is replaced.
        builder: Builds and saves images.

    Returns:
        The files, the checksums last.

    Raises:
        DeployError: versions differ, ``into`` holds something else, or a step failed.
    """
    if told := versions.differing(root):
        raise DeployError("; ".join(told))
    _require_own(into)
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into.parent) as folder:
        whole = Path(folder) / into.name
        whole.mkdir()
        _write(images, root, whole, builder)
        shutil.rmtree(into, ignore_errors=True)
        whole.rename(into)
    return sorted(into.iterdir(), key=lambda file: (file.name == CHECKSUMS, file.name))


def _require_own(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / CHECKSUMS).exists():
        raise DeployError(f"{folder}: expected a folder of an earlier release, or none")


def _write(images: Iterable[Image], root: Path, into: Path, builder: Builder) -> None:
    version = versions.for_helm(versions.read(root))
    for image in images:
        with step(f"package {image.name} {version}"):
            _image(image, version, root, into, builder)
    with step("package the chart"):
        run(["helm", "package", str(root / CHART), "--destination", str(into)], timeout=60)
    _checksums(sorted(into.iterdir()), into)


def _image(image: Image, version: str, root: Path, into: Path, builder: Builder) -> None:
    reference = f"{image.name}:{version}"
    builder.build(image, reference, root)
    name = f"{image.name.replace('/', '-')}-{version}"
    builder.save(reference, into / f"{name}.oci.tar")
    bill = _bill(image, version, root)
    (into / f"{name}.cdx.json").write_text(json.dumps(bill, indent=2) + "\n")


def _bill(image: Image, version: str, root: Path) -> dict[str, Any]:
    """A CycloneDX bill of the Python packages in an image, from the lock that it is built of."""
    extras = [word for extra in EXTRAS.get(image.name, ()) for word in ("--extra", extra)]
    command = ["uv", "export", "--quiet", "--frozen", "--no-dev", "--format", "cyclonedx1.5"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bill.json"
        package_name = f"stenofleet-{image.service}"
        command += ["--package", package_name, *extras, "--output-file", str(file)]
        run(command, timeout=EXPORT_SECONDS, folder=root)
        bill: dict[str, Any] = json.loads(file.read_text())
    component = {"type": "container", "name": image.name, "version": version}
    bill["metadata"]["component"] = {**component, "bom-ref": f"{image.name}@{version}"}
    return bill


def _checksums(files: Iterable[Path], into: Path) -> None:
    """As `sha256sum --check` reads them."""
    lines = [f"{_digest(file)}  {file.name}\n" for file in files]
    (into / CHECKSUMS).write_text("".join(lines))


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
