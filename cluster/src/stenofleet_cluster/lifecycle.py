"""Bring the cluster up, take it down, begin anew."""

import shutil
import time
from pathlib import Path

from stenofleet_cluster import (
    addons,
    build,
    components,
    containers,
    control_plane,
    kubeconfigs,
    machine,
    mounts,
    network,
    pki,
    settings,
)
from stenofleet_cluster.component import Component
from stenofleet_cluster.errors import BrokenStateError
from stenofleet_cluster.files import write
from stenofleet_cluster.kubectl import Kubectl
from stenofleet_cluster.locks import held
from stenofleet_cluster.places import Places
from stenofleet_cluster.progress import Progress, clock
from stenofleet_cluster.supervisor import Supervisor

KEPT_BY_REPAIR = "registry"


class Cluster:
    """One cluster: where it lies, its programs, and who keeps its processes."""

    def __init__(self, places: Places, programs: Path, progress: Progress) -> None:
        self.places = places
        self.programs = programs
        self.progress = progress
        self.supervisor = Supervisor(places, programs)


def up(places: Places, progress: Progress, *, public: bool = False) -> None:
    """Start what does not run, repair what is broken, and wait until pods can run.

    Raises:
        ClusterError: The machine lacks something, or a component does not start.
    """
    begun = time.monotonic()
    machine.prepare(progress)
    programs = build.ensure(places.cache, machine.go(places.cache, progress), progress)
    cluster = Cluster(places, programs, progress)
    with held(lock_file(places), progress):
        try:
            _bring_up(cluster, public=public)
        except BrokenStateError as error:
            progress.say(f"{error}\nIts data cannot be used: starting anew. Images are kept.")
            _take_down(cluster)
            wipe(places, keep=KEPT_BY_REPAIR)
            _bring_up(cluster, public=public)
    progress.say(f"Ready after {clock(time.monotonic() - begun)}. KUBECONFIG={places.kubeconfig}")


def down(places: Places, progress: Progress) -> None:
    """Stop every process of the cluster and keep its data."""
    machine.require_root()
    with held(lock_file(places), progress), progress.step("stop the cluster"):
        _take_down(Cluster(places, Path(), progress))


def reset(places: Places, progress: Progress) -> None:
    """Stop the cluster and remove its data; compiled programs and base images are kept."""
    down(places, progress)
    with held(lock_file(places), progress), progress.step(f"remove {places.state}"):
        wipe(places)


def lock_file(places: Places) -> Path:
    """Return what two commands on one cluster may not hold at once."""
    return places.runtime.with_name(f"{places.runtime.name}.lock")


def wipe(places: Places, keep: str = "") -> None:
    """Remove the data of a stopped cluster but for one entry."""
    mounts.unmount_below(places.state, places.runtime)
    shutil.rmtree(places.runtime, ignore_errors=True)
    entries = places.state.iterdir() if places.state.exists() else ()
    for path in [path for path in entries if path.name != keep]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _bring_up(cluster: Cluster, *, public: bool) -> None:
    places, progress = cluster.places, cluster.progress
    with progress.step("certificates, configuration, network"):
        _prepare(cluster, public=public)
    with progress.step("registry, containerd, etcd"):
        _start(cluster, *components.ground(places), control_plane.api_server(places))
        _wait(cluster, *components.ground(places))
        containers.ensure_pause_image(places, cluster.programs)
    with progress.step("API server"):
        _wait(cluster, control_plane.api_server(places))
        kubectl = Kubectl(cluster.programs / "kubectl", places.kubeconfig)
        addons.apply(kubectl, places)
    with progress.step("controllers, scheduler, kubelet, proxy, DNS, storage, metrics"):
        _start(cluster, *components.callers(places))
        _wait(cluster, *components.callers(places))
    with progress.step("node ready"):
        kubectl.wait_node_ready(cluster.supervisor.started_at("kubelet"))
    with progress.step("metrics (pods can run already; first figures take 10 s)"):
        addons.wait_metrics(kubectl)


def _prepare(cluster: Cluster, *, public: bool) -> None:
    places = cluster.places
    for folder in (places.state, places.runtime):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
    pki.ensure(places.pki)
    kubeconfigs.write_all(places)
    for path, text in settings.render_all(places, cluster.programs, public=public).items():
        write(path, text)
    network.ensure()


def _start(cluster: Cluster, *parts: Component) -> None:
    for part in parts:
        cluster.supervisor.ensure_started(part)


def _wait(cluster: Cluster, *parts: Component) -> None:
    for part in parts:
        cluster.supervisor.wait_healthy(part)


def _take_down(cluster: Cluster) -> None:
    places, supervisor = cluster.places, cluster.supervisor
    for part in components.callers(places):
        supervisor.stop(part.name)
    containers.stop_all(supervisor)
    for part in (control_plane.api_server(places), *components.ground(places)):
        supervisor.stop(part.name)
    supervisor.stop_strays()
    mounts.unmount_below(places.state, places.runtime)
    shutil.rmtree(places.runtime, ignore_errors=True)
    network.remove()
