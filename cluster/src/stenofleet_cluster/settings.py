"""Configuration files of the components, as data."""

import json
from pathlib import Path
from typing import Any

import yaml

from stenofleet_cluster import addresses, kubeconfigs, versions
from stenofleet_cluster.places import Places

PUBLIC_DOCKER = "https://registry-1.docker.io"
MIRRORED = ("docker.io", "_default")


def render_all(places: Places, programs: Path, *, public: bool) -> dict[Path, str]:
    """Return every configuration file with its text.

    Args:
        places: Where things lie.
        programs: The folder of the CNI programs.
        public: Ask the public registries for images that the local one lacks.
    """
    config = places.config
    files = {
        config / "containerd.toml": containerd(places, programs),
        config / "cni" / "10-pods.conflist": json.dumps(cni(places), indent=2),
        config / "registry.yaml": yaml_of(registry(places)),
        config / "kubelet.yaml": yaml_of(kubelet(places)),
        config / "proxy.yaml": yaml_of(proxy(places)),
        config / "Corefile": corefile(places),
    }
    for name in MIRRORED:
        files[config / "mirrors" / name / "hosts.toml"] = mirror(name, public=public)
    return files


def yaml_of(value: dict[str, Any]) -> str:
    """Return YAML with the fields in the order given."""
    return yaml.safe_dump(value, sort_keys=False)


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
    config_path = "{places.config}/mirrors"
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


def mirror(name: str, *, public: bool) -> str:
    """Return where containerd looks for the images of a registry, first the local one.

    Without `public` the local one is also the last: a missing image fails at once, where a
    machine without a network would wait for a name that never resolves.
    """
    local = f"http://{addresses.REGISTRY}"
    if not public:
        last = f'server = "{local}"\n'
    elif name == "docker.io":
        last = f'server = "{PUBLIC_DOCKER}"\n'
    else:
        last = ""  # containerd derives the server from the image's own name
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


def kubelet(places: Places) -> dict[str, Any]:
    """Return the node agent's configuration.

    failCgroupV1, cgroupDriver, enforceNodeAllocatable: machines with cgroup v1 and no systemd.
    oomScoreAdj: without CAP_SYS_RESOURCE it cannot be lowered.
    evictionHard, imageGC*: test machines have small disks, and images cannot be pulled again.
    """
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": addresses.NODE,
        "port": addresses.KUBELET_PORT,
        "healthzPort": addresses.KUBELET_HEALTH_PORT,
        "containerRuntimeEndpoint": f"unix://{places.containerd_socket}",
        "clusterDNS": [addresses.NODE],
        "clusterDomain": "cluster.local",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(places.pki / "ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(places.pki / "serving.crt"),
        "tlsPrivateKeyFile": str(places.pki / "serving.key"),
        "podLogsDir": str(places.logs / "pods"),
        "resolvConf": "/etc/resolv.conf",
        "failCgroupV1": False,
        "failSwapOn": False,
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": "/",
        "enforceNodeAllocatable": [],
        "oomScoreAdj": 0,
        "maxPods": 250,
        "nodeStatusUpdateFrequency": "2s",
        "serializeImagePulls": False,
        "maxParallelImagePulls": 4,
        "registryPullQPS": 0,
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        "evictionHard": {
            "memory.available": "100Mi",
            "nodefs.available": "0%",
            "nodefs.inodesFree": "0%",
            "imagefs.available": "0%",
            "imagefs.inodesFree": "0%",
        },
    }


def proxy(places: Places) -> dict[str, Any]:
    """Return the service proxy's configuration; conntrack's limits are the machine's own."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "clientConnection": {"kubeconfig": str(kubeconfigs.of(places, "proxy"))},
        "mode": "nftables",
        "nftables": {"minSyncPeriod": "100ms"},
        "clusterCIDR": addresses.POD_RANGE,
        "hostnameOverride": addresses.NODE_NAME,
        "healthzBindAddress": f"127.0.0.1:{addresses.PROXY_HEALTH_PORT}",
        "metricsBindAddress": f"127.0.0.1:{addresses.PROXY_METRICS_PORT}",
        "conntrack": {"maxPerCore": 0, "min": 0},
    }


def corefile(places: Places) -> str:
    """Return CoreDNS's configuration: the cluster's names, and the machine's for the rest."""
    reverse = "18.198.in-addr.arpa 19.198.in-addr.arpa"
    return f"""cluster.local {reverse} {{
  bind {addresses.NODE}
  errors
  ready {addresses.NODE}:{addresses.DNS_READY_PORT}
  kubernetes cluster.local {reverse} {{
    kubeconfig {kubeconfigs.of(places, "coredns")} {kubeconfigs.CONTEXT}
    pods verified
    ttl 5
  }}
}}
. {{
  bind {addresses.NODE}
  errors
  cache 30
  forward . /etc/resolv.conf
}}
"""
