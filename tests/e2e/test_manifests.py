"""The dev overlay on a real cluster, by kubectl alone."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from stenofleet_deploy import portforward, readiness
from stenofleet_deploy.cluster import Cluster
from stenofleet_deploy.release import CRDS, Release, ensure_namespace
from support.images import product_images
from support.kustomize import MANIFESTS, OVERLAYS
from support.releases import ROOT

NAMESPACE = "stenofleet-e2e-manifests"
MODEL = "tiny.en"
SECONDS = 300


@pytest.fixture
def overlay(cluster: Cluster, tmp_path: Path) -> Path:
    """An overlay of one's own on dev: a namespace, the images of this checkout, a small model."""
    settings = {"STENOFLEET_WHISPER_MODEL": MODEL}
    patch = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "stenofleet-config"},
        "data": settings,
    }
    names = {
        name: reference.rpartition(":")
        for name, reference in product_images(cluster, MODEL).items()
    }
    told = {
        "namespace": NAMESPACE,
        "resources": [os.path.relpath(OVERLAYS / "dev", tmp_path.resolve())],
        "images": [
            {"name": name, "newName": new, "newTag": tag} for name, (new, _, tag) in names.items()
        ],
        "patches": [{"patch": yaml.safe_dump(patch)}],
    }
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(told))
    return tmp_path


@pytest.fixture
def applied(cluster: Cluster, overlay: Path) -> Iterator[Release]:
    """What the overlay makes, applied as docs/manifests.md says; all of it goes at the end."""
    release = Release(cluster, "stenofleet", NAMESPACE)
    ensure_namespace(release)
    server_side = ("apply", "--server-side", "--force-conflicts")
    try:
        cluster.kubectl(*server_side, "--filename", str(ROOT / CRDS))
        cluster.kubectl("--namespace", NAMESPACE, "create", "--filename", "-", text=secrets())
        cluster.kubectl(*server_side, "--kustomize", str(overlay))
        yield release
    finally:
        cluster.kubectl(
            "delete", "--kustomize", str(overlay), "--ignore-not-found", timeout=SECONDS
        )
        cluster.kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", timeout=SECONDS)


def secrets() -> str:
    command = ["sh", str(MANIFESTS / "secrets.sh")]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


def test_dev_becomes_ready_and_its_pools_are_sized(applied: Release) -> None:
    readiness.wait(applied, SECONDS)
    with portforward.api(applied) as url:
        answer = httpx.get(f"{url}/readyz", timeout=30).json()
    assert answer["checks"] == dict.fromkeys(("database", "schema", "storage", "broker"), "ok")

    names = ("core", "logs", "transcription")
    wait = ("wait", "--for=condition=Ready", f"--timeout={SECONDS}s")
    pools = [f"workerpool/stenofleet-{name}" for name in names]
    applied.cluster.kubectl("--namespace", NAMESPACE, *wait, *pools, timeout=SECONDS + 10)
    found = json.loads(applied.kubectl("get", "workerpools", "--output", "json"))["items"]
    assert {each["metadata"]["name"] for each in found} == {f"stenofleet-{name}" for name in names}
