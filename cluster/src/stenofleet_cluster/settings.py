"""Configuration files of the components, as data."""

import json
from pathlib import Path
from typing import Any

import yaml

from stenofleet_cluster import addresses, kubeconfigs, runtime_settings
from stenofleet_cluster.places import Places

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
        config / "containerd.toml": runtime_settings.containerd(places, programs),
        config / "cni" / "10-pods.conflist": json.dumps(runtime_settings.cni(places), indent=2),
        config / "registry.yaml": yaml_of(runtime_settings.registry(places)),
        config / "kubelet.yaml": yaml_of(kubelet(places)),
        config / "proxy.yaml": yaml_of(proxy(places)),
        config / "Corefile": corefile(places),
    }
    for name in MIRRORED:
        files[places.mirrors / name / "hosts.toml"] = runtime_settings.mirror(public=public)
    return files


def yaml_of(value: dict[str, Any]) -> str:
    """Return YAML with the fields in the order given."""
    return yaml.safe_dump(value, sort_keys=False)


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
