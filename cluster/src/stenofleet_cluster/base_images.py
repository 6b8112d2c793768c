"""Base images made on this machine, where no public registry can be reached.

Each is Debian's package of what the public image holds, under the public image's name. They share
one Debian below. Finished images are kept in the cache, by a hash of their recipes.
"""

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from stenofleet_cluster import containers, images, versions
from stenofleet_cluster.build import cache_key
from stenofleet_cluster.debian import Debian
from stenofleet_cluster.errors import CommandError
from stenofleet_cluster.images import BUILDAH
from stenofleet_cluster.locks import held
from stenofleet_cluster.places import Places
from stenofleet_cluster.progress import Progress
from stenofleet_cluster.shell import run

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
IN_IMAGE = "/etc/ssl/certs/ca-certificates.crt"
TRUST = {"SSL_CERT_FILE": IN_IMAGE, "PIP_CERT": IN_IMAGE, "REQUESTS_CA_BUNDLE": IN_IMAGE}
LAYOUT = "images"
BUILD_SECONDS = 1200


@dataclass(frozen=True)
class Recipe:
    """One image: the folder of its Dockerfile and its public name."""

    folder: str
    name: str


RECIPES = (
    Recipe("python", versions.PYTHON_IMAGE),
    Recipe("redis", versions.REDIS_IMAGE),
    Recipe("postgres", versions.POSTGRES_IMAGE),
)


def ensure(places: Places, programs: Path, progress: Progress) -> None:
    """Make the images that are not there yet, and bring all to the local registry and the node.

    Raises:
        ClusterError: A build failed, or the registry does not run.
    """
    with held(places.cache / "images.lock", progress):
        base = _ensure_base(places.cache, progress)
        for recipe in RECIPES:
            _ensure_image(places.cache, recipe, base, progress)
            images.push(recipe.name, progress)
            containers.pull(places, programs, recipe.name)


def base_key(debian: Debian) -> str:
    """Return the hash of what the common base is made from."""
    parts = (debian.recipe(), repr(TRUST), CERTIFICATES.read_text())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _ensure_base(cache: Path, progress: Progress) -> str:
    debian = Debian.of_this_machine(versions.DEBIAN_SUITE)
    base = f"localhost/stenofleet-base:{base_key(debian)}"
    if not _have(cache, base):
        with progress.step(f"make Debian {debian.suite}, the base of all images (1-2 minutes)"):
            _build_base(debian, base)
            _keep(cache, base)
    return base


def _build_base(debian: Debian, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        debian.install(root)
        shutil.copyfile(CERTIFICATES, root / IN_IMAGE.lstrip("/"))
        working = run([*BUILDAH, "from", "scratch"], timeout=60).strip()
        try:
            run([*BUILDAH, "add", "--quiet", working, str(root), "/"], timeout=BUILD_SECONDS)
            settings = [f"--env={key}={value}" for key, value in TRUST.items()]
            run([*BUILDAH, "config", *settings, "--cmd=bash", working], timeout=60)
            run([*BUILDAH, "commit", "--quiet", working, name], timeout=BUILD_SECONDS)
        finally:
            run([*BUILDAH, "rm", working], timeout=60)


def _ensure_image(cache: Path, recipe: Recipe, base: str, progress: Progress) -> None:
    folder = versions.IMAGES / recipe.folder
    kept = f"localhost/stenofleet-{recipe.folder}:{cache_key(folder, base)}"
    if not _have(cache, kept):
        with progress.step(f"make {recipe.name}"):
            words = ["build", "--quiet", "--isolation=chroot", f"--build-arg=BASE={base}"]
            run([*BUILDAH, *words, f"--tag={kept}", str(folder)], timeout=BUILD_SECONDS)
            _keep(cache, kept)
    run([*BUILDAH, "tag", kept, recipe.name], timeout=60)


def _have(cache: Path, name: str) -> bool:
    """Say whether buildah has an image, after taking it from the cache if it is only there."""
    return _succeeds("inspect", "--type=image", name) or _restore(cache, name)


def _keep(cache: Path, name: str) -> None:
    # One layout for all: the layers of the common base are kept once.
    (cache / LAYOUT).mkdir(parents=True, exist_ok=True)
    words = ["push", "--quiet", name, _in_layout(name)]
    run([*BUILDAH, *words], timeout=BUILD_SECONDS, folder=cache)


def _restore(cache: Path, name: str) -> bool:
    if not (cache / LAYOUT).is_dir():
        return False
    try:
        words = [*BUILDAH, "pull", "--quiet", _in_layout(name)]
        found = run(words, timeout=BUILD_SECONDS, folder=cache).strip()
    except CommandError:
        return False
    run([*BUILDAH, "tag", found, name], timeout=60)
    # buildah names what it pulls after the layout; that name is of no use.
    _succeeds("rmi", f"localhost/{LAYOUT}:latest")
    return True


def _in_layout(name: str) -> str:
    # Relative, since buildah makes a name of the path, and names know no `.cache`.
    return f"oci:{LAYOUT}:{name.rpartition('/')[2].replace(':', '-')}"


def _succeeds(*words: str) -> bool:
    try:
        run([*BUILDAH, *words], timeout=BUILD_SECONDS)
    except CommandError:
        return False
    return True
