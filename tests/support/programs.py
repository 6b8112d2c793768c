"""Programs that tests run: those on the PATH, else those that the cluster is built from."""

import functools
import json
import os
import shutil
import subprocess
from pathlib import Path

from stenofleet_cluster import build, machine
from stenofleet_cluster.places import Places
from stenofleet_cluster.progress import Progress

GATEWAY_API = "sigs.k8s.io/gateway-api@v1.3.0"
PROMETHEUS_OPERATOR = "github.com/prometheus-operator/prometheus-operator@v0.85.0"


@functools.cache
def built() -> Path:
    """The folder of the cluster's programs; the first call on a machine compiles them."""
    places, progress = Places.from_environment(os.environ), Progress()
    return build.ensure(places.cache, machine.go(places.cache, progress), progress)


@functools.cache
def helm() -> str:
    return shutil.which("helm") or str(built() / "helm")


@functools.cache
def gateway_crds() -> tuple[Path, ...]:
    """The CRDs of the Gateway API that the chart writes objects of, from Go's module cache."""
    folder = _module(GATEWAY_API) / "config" / "crd" / "standard"
    return tuple(
        folder / f"gateway.networking.k8s.io_{kind}.yaml" for kind in ("gateways", "httproutes")
    )


@functools.cache
def monitoring_crds() -> tuple[Path, ...]:
    """The same of Prometheus' operator."""
    folder = _module(PROMETHEUS_OPERATOR) / "example" / "prometheus-operator-crd"
    kinds = ("podmonitors", "prometheusrules", "servicemonitors")
    return tuple(folder / f"monitoring.coreos.com_{kind}.yaml" for kind in kinds)


def crds() -> tuple[Path, ...]:
    """All that the chart writes objects of, but for its own."""
    return (*gateway_crds(), *monitoring_crds())


def _module(name: str) -> Path:
    """The folder of a module of Go's; fetched once."""
    places, progress = Places.from_environment(os.environ), Progress()
    command = [machine.go(places.cache, progress), "mod", "download", "-json", name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return Path(json.loads(done.stdout)["Dir"])


def promtool(*words: str, where: Path | None = None) -> str:
    """What promtool says; it must find nothing wrong. `make tools` installs it."""
    done = subprocess.run(
        ["promtool", *words], cwd=where, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
