"""The pods of a namespace, as targets of a Prometheus on this machine that reaches their addresses.

Debian builds Prometheus without ``kubernetes_sd_configs``. What that would tell is written into a
file instead, and all else is as docs/prometheus.yaml has it.
"""

import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from stenofleet_deploy.cluster import Cluster, Flavour
from stenofleet_deploy.errors import CommandError
from support.prometheus import ROOT, Job

CONFIG = ROOT / "docs" / "prometheus.yaml"
LOOK_SECONDS = 2.0


@contextmanager
def pod_targets(cluster: Cluster, namespace: str, folder: Path) -> Iterator[list[Job]]:
    """The jobs that scrape the pods that are there; they are looked up again all the time."""
    if cluster.flavour is not Flavour.EMBEDDED:
        pytest.skip("only pods of this project's own cluster are reached from this machine")
    path, ended = folder / "pods.json", threading.Event()
    jobs: list[Job] = yaml.safe_load(CONFIG.read_text())["scrape_configs"]
    for job in jobs:
        del job["kubernetes_sd_configs"]
        job["file_sd_configs"] = [{"files": [str(path)]}]
    with ThreadPoolExecutor(1, thread_name_prefix="pods") as thread:
        looking = thread.submit(_keep, cluster, namespace, path, ended)
        try:
            yield jobs
        finally:
            ended.set()
    looking.result()


def _keep(cluster: Cluster, namespace: str, path: Path, ended: threading.Event) -> None:
    while not ended.wait(LOOK_SECONDS):
        # The test looks more closely at a cluster that does not answer.
        with suppress(CommandError):
            listed = json.loads(
                cluster.kubectl("get", "pods", "--namespace", namespace, "-o", "json")
            )
            new = path.with_suffix(".new")
            new.write_text(json.dumps([_told(pod) for pod in listed["items"]]))
            new.replace(path)


def _told(pod: dict[str, Any]) -> dict[str, Any]:
    """What Prometheus' discovery says of a pod."""
    metadata, status = pod["metadata"], pod["status"]
    address = status.get("podIP", "")
    facts = {
        "namespace": metadata["namespace"],
        "pod_name": metadata["name"],
        "pod_ip": address,
        "pod_phase": status["phase"],
        **_named("pod_label", metadata.get("labels", {})),
        **_named("pod_annotation", metadata.get("annotations", {})),
    }
    labels = {f"__meta_kubernetes_{name}": value for name, value in facts.items()}
    return {"targets": [address or "none"], "labels": labels}


def _named(kind: str, values: dict[str, str]) -> dict[str, str]:
    return {f"{kind}_{re.sub('[^a-zA-Z0-9_]', '_', name)}": text for name, text in values.items()}
