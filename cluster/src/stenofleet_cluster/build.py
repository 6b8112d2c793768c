"""Compile the cluster's programs once and keep them by a hash of what they are made from."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from stenofleet_cluster import versions
from stenofleet_cluster.errors import ClusterError
from stenofleet_cluster.locks import held
from stenofleet_cluster.progress import Progress
from stenofleet_cluster.shell import last_lines, run

CONTAINERD = "github.com/containerd/containerd/v2/cmd"
CNI = "github.com/containernetworking/plugins/plugins"
PACKAGES = (
    "./hyperkube",
    "./coredns",
    "./registry",
    "./pause",
    f"{CONTAINERD}/containerd",
    f"{CONTAINERD}/containerd-shim-runc-v2",
    f"{CONTAINERD}/ctr",
    f"{CNI}/ipam/host-local",
    f"{CNI}/main/bridge",
    f"{CNI}/main/loopback",
    f"{CNI}/meta/portmap",
    "helm.sh/helm/v4/cmd/helm",
)
HYPERKUBE_NAMES = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-proxy",
    "kube-scheduler",
    "kubectl",
    "kubelet",
    "metrics-server",
    "provisioner",
)
PROGRAMS = (*(package.rpartition("/")[2] for package in PACKAGES), *HYPERKUBE_NAMES)
ENVIRONMENT = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly -buildvcs=false"}
UNFINISHED = ".unfinished-"


def link_flags() -> str:
    """Return the linker's flags: no debug tables, and the versions the programs tell."""
    kubernetes = versions.of_module("k8s.io/kubernetes")
    major, minor = versions.numbers(kubernetes)[:2]
    base, helm = "k8s.io/component-base/version", "helm.sh/helm/v4/internal/version"
    values = (
        f"{base}.gitVersion={kubernetes}",
        f"{base}.gitMajor={major}",
        f"{base}.gitMinor={minor}",
        f"{helm}.version={versions.of_module('helm.sh/helm/v4')}",
    )
    return " ".join(("-s -w", *(f"-X {value}" for value in values)))


def command(go: str, output: Path) -> list[str]:
    """Return the one call that compiles everything, so that shared packages are compiled once."""
    flags = ["-trimpath", "-v", "-ldflags", link_flags()]
    return [go, "build", *flags, "-o", f"{output}/", *PACKAGES]


def cache_key(sources: Path, *inputs: str) -> str:
    """Return a hash of the files below a folder and of further inputs."""
    digest = hashlib.sha256()
    for path in sorted(path for path in sources.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(sources)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    for text in inputs:
        digest.update(f"{text}\0".encode())
    return digest.hexdigest()[:16]


def folder(cache: Path, go: str) -> Path:
    """Return where the programs of these very sources and this compiler are kept."""
    told = run([go, "env", "GOVERSION", "GOARCH"], timeout=600, folder=versions.GO_MODULE)
    key = cache_key(versions.GO_MODULE, told, *command("go", Path()), *HYPERKUBE_NAMES)
    return cache / "bin" / key


def complete(programs: Path) -> bool:
    """Say whether every program is there and can be run."""
    return all(os.access(programs / name, os.X_OK) for name in PROGRAMS)


def ensure(cache: Path, go: str, progress: Progress) -> Path:
    """Return the folder of the programs, compiled when it is not there or not whole.

    Raises:
        ClusterError: The compiler failed; its last lines say why.
    """
    wanted = folder(cache, go)
    if complete(wanted):
        return wanted
    with held(cache / "build.lock", progress):
        if not complete(wanted):
            _compile(wanted, go, progress)
    return wanted


def _compile(wanted: Path, go: str, progress: Progress) -> None:
    wanted.parent.mkdir(parents=True, exist_ok=True)
    discard_unfinished(wanted.parent)
    progress.say(
        "First start with these versions: Kubernetes is compiled once and kept for later starts. "
        "This takes about 10 minutes on 2 cores."
    )
    output = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=wanted.parent))
    output.chmod(0o755)
    with progress.step(f"compile {len(PROGRAMS)} programs"):
        _go_build(command(go, output), progress)
    for name in HYPERKUBE_NAMES:
        (output / name).symlink_to("hyperkube")
    shutil.rmtree(wanted, ignore_errors=True)
    # Only a whole folder ever gets the final name.
    output.rename(wanted)


def discard_unfinished(parent: Path) -> None:
    """Remove what an interrupted build left."""
    for path in parent.glob(f"{UNFINISHED}*"):
        shutil.rmtree(path)


def _go_build(words: list[str], progress: Progress) -> None:
    with subprocess.Popen(  # noqa: S603 - the words come from this program
        words,
        cwd=versions.GO_MODULE,
        env={**os.environ, **ENVIRONMENT},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        said = _follow(process.stderr or (), progress)
    if process.returncode:
        raise ClusterError(f"go build failed with code {process.returncode}:\n{last_lines(said)}")


def _follow(lines: Iterable[str], progress: Progress) -> str:
    compiled = downloaded = 0
    said: list[str] = []
    for line in lines:
        if line.startswith("go: downloading"):
            downloaded += 1
        elif re.fullmatch(r"[\w.~/-]+\n", line):
            compiled += 1
        else:
            said.append(line)
        progress.note(f"({downloaded} modules fetched, {compiled} packages compiled)")
    return "".join(said)
