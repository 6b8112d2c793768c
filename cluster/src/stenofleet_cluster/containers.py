"""The containers of the node: their pause image, images whose tag moved, and their end."""

import hashlib
import io
import json
import platform
import tarfile
import tempfile
from pathlib import Path

from stenofleet_cluster import processes, versions
from stenofleet_cluster.errors import BrokenStateError, CommandError
from stenofleet_cluster.places import Places
from stenofleet_cluster.shell import run
from stenofleet_cluster.supervisor import Supervisor

SHIM = "containerd-shim-runc-v2"
GRACE = 8.0
PULL_SECONDS = 300
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def ensure_pause_image(places: Places, programs: Path) -> None:
    """Give containerd the image that holds a pod's namespaces, made from a program of the build.

    Raises:
        BrokenStateError: containerd runs but cannot read its own data.
    """
    ctr = _ctr(places, programs)
    try:
        known = run([*ctr, "images", "list", "--quiet"], timeout=30)
    except CommandError as error:
        raise BrokenStateError(f"containerd cannot read its images: {error}") from error
    if versions.PAUSE_IMAGE in known.splitlines():
        return
    with tempfile.NamedTemporaryFile(suffix=".tar") as archive:
        archive.write(image_archive(versions.PAUSE_IMAGE, programs / "pause"))
        archive.flush()
        run([*ctr, "images", "import", archive.name], timeout=60)


def pull(places: Places, programs: Path, image: str) -> None:
    """Have the node take the registry's image: it keeps an older one of the same tag otherwise.

    Raises:
        CommandError: The registry has no such image.
    """
    words = ("images", "pull", "--hosts-dir", places.mirrors, image)
    run([*_ctr(places, programs), *words], timeout=PULL_SECONDS)


def _ctr(places: Places, programs: Path) -> list[str | Path]:
    address = ("--address", places.containerd_socket)
    return [programs / "ctr", *address, "--namespace", "k8s.io"]


def image_archive(name: str, program: Path) -> bytes:
    """Return an image with one program and nothing else, in the form of `docker save`."""
    layer = _tar({program.name: program.read_bytes()})
    config = {
        "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "config": {"Entrypoint": [f"/{program.name}"], "User": "65535:65535"},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    return _tar(
        {
            "layer.tar": layer,
            "config.json": json.dumps(config).encode(),
            "manifest.json": json.dumps(manifest).encode(),
        }
    )


def _tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o755
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def stop_all(supervisor: Supervisor) -> None:
    """End every container, with time to save its data, then the shims that held them."""
    strays = supervisor.strays()
    shims = [process for process in strays if processes.program(process) == SHIM]
    processes.stop(processes.children(shims), GRACE)
    processes.stop(shims, 0)
