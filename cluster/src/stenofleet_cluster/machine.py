"""What the machine has to bring: root, Debian's packages, a Go compiler."""

import os
import re
import shutil
from pathlib import Path

from stenofleet_cluster import versions
from stenofleet_cluster.errors import ClusterError, CommandError
from stenofleet_cluster.progress import Progress
from stenofleet_cluster.shell import run

PACKAGES = {  # program: Debian package
    "runc": "runc",
    "nft": "nftables",
    "ip": "iproute2",
    "mount": "mount",
    "buildah": "buildah",
    "debootstrap": "debootstrap",
}
APT = {"DEBIAN_FRONTEND": "noninteractive"}
ADMIN_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")
GO_HOMES = (Path("/usr/local/go/bin/go"), Path("/usr/lib/go/bin/go"))
GO_IN_PACKAGE = Path("go/bin/go")
SELF_UPDATING_GO = (1, 21)  # from here on, Go fetches the version that go.mod asks for
OVERLAY = "overlay"


def prepare(progress: Progress) -> None:
    """Check the machine and install what it lacks where that is possible.

    Raises:
        ClusterError: Something is missing that cannot be installed; all of it is named.
    """
    require_root()
    # A plain user's PATH, as after `su`, lacks where these programs are.
    os.environ["PATH"] = os.pathsep.join((os.environ.get("PATH", os.defpath), *ADMIN_FOLDERS))
    missing = missing_packages()
    if missing and not _has_apt():
        raise ClusterError(f"install these packages and start again: {' '.join(missing)}")
    if missing:
        with progress.step(f"install {' '.join(missing)}"):
            _install(missing)


def require_root() -> None:
    """Raise ClusterError unless this process may start containers."""
    if os.geteuid() != 0:
        raise ClusterError("the cluster runs containers and needs root: use sudo or a root shell")


def missing_packages() -> list[str]:
    """Return the packages whose programs are not on this machine."""
    return [package for program, package in PACKAGES.items() if not shutil.which(program)]


def _has_apt() -> bool:
    return bool(shutil.which("apt-get")) and Path("/etc/debian_version").exists()


def _install(packages: list[str]) -> None:
    run(["apt-get", "update", "-qq"], timeout=600, environment=APT)
    words = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    run(words, timeout=1200, environment=APT)


def go(cache: Path, progress: Progress) -> str:
    """Return a Go compiler; where the machine has none, one is fetched into the cache.

    Raises:
        ClusterError: There is none and no tool to fetch it.
    """
    kept = cache / "go" / versions.GO_PACKAGE
    for path in (shutil.which("go"), *GO_HOMES, kept / GO_IN_PACKAGE):
        if path and _new_enough(str(path)):
            return str(path)
    with progress.step(f"fetch a Go compiler ({versions.GO_PACKAGE})"):
        return _fetch_go(kept)


def _new_enough(path: str) -> bool:
    try:
        told = run([path, "version"], timeout=60)
    except CommandError:
        return False
    found = re.search(r"go(\d[\d.]*)", told)
    return found is not None and versions.numbers(found[1]) >= SELF_UPDATING_GO


def _fetch_go(kept: Path) -> str:
    uv = os.environ.get("UV") or shutil.which("uv")
    if not uv:
        oldest = ".".join(str(part) for part in versions.of_go())
        raise ClusterError(f"Go {oldest} or newer is needed: put `go` on the PATH and start again")
    shutil.rmtree(kept, ignore_errors=True)
    run([uv, "pip", "install", "--target", str(kept), versions.GO_PACKAGE], timeout=600)
    return str(kept / GO_IN_PACKAGE)
