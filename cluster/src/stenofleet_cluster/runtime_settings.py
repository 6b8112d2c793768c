"""Configuration files of what runs containers: containerd, its mirrors, network, registry."""

from pathlib import Path
from typing import Any

from stenofleet_cluster import addresses, versions
from stenofleet_cluster.places import Places


def containerd(places: Places, programs: Path) -> str:
    """Return containerd's configuration.

    restrict_oom_score_adj: where the machine withholds CAP_SYS_RESOURCE, no sandbox starts without.
    """
    return f"""version = 3
root = "{places.state}/containerd"
state = "{places.runtime}/containerd"
[grpc]
  address = "{places.containerd_socket}"
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"
  max_concurrent_downloads = 8
  [plugins."io.containerd.cri.v1.images".pinned_images]
    sandbox = "{versions.PAUSE_IMAGE}"
  [plugins."io.containerd.cri.v1.images".registry]
    config_path = "{places.mirrors}"
[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["{programs}"]
    conf_dir = "{places.config}/cni"
  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
      SystemdCgroup = false
      Root = "{places.runtime}/runc"
"""


def mirror(*, public: bool) -> str:
    """Return where containerd looks for images: in the local registry first.

    Without `public` the local one is also the last: a missing image fails at once, where a
    machine without a network would wait for a name that never resolves.
    """
    local = f"http://{addresses.REGISTRY}"
    # Without a server line containerd derives the last one from the image's own name.
    last = "" if public else f'server = "{local}"\n'
    return f'{last}[host."{local}"]\n  capabilities = ["pull", "resolve"]\n'


def cni(places: Places) -> dict[str, Any]:
    """Return the pods' network: one bridge, addresses kept where a reboot forgets them."""
    bridge = {
        "type": "bridge",
        "bridge": addresses.POD_BRIDGE,
        "isGateway": True,
        "ipMasq": True,
        "ipMasqBackend": "nftables",
        "hairpinMode": True,
        "ipam": {
            "type": "host-local",
            "dataDir": str(places.runtime / "addresses"),
            "ranges": [[{"subnet": addresses.POD_RANGE, "gateway": addresses.NODE}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        },
    }
    ports = {"type": "portmap", "backend": "nftables", "capabilities": {"portMappings": True}}
    return {"cniVersion": "1.0.0", "name": "pods", "plugins": [bridge, ports]}


def registry(places: Places) -> dict[str, Any]:
    """Return the local registry's configuration: files below the state folder."""
    return {
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": str(places.state / "registry")},
            "delete": {"enabled": True},
        },
        "http": {"addr": addresses.REGISTRY},
    }
