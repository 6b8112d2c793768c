"""The node: registry, containerd, kubelet, service proxy, DNS, storage, metrics."""

from stenofleet_cluster import addresses, kubeconfigs
from stenofleet_cluster.component import Component, caller, flags, keys, serving
from stenofleet_cluster.places import Places
from stenofleet_cluster.probes import Http, Running, Socket


def registry(places: Places) -> Component:
    """Return the local registry."""
    config = places.config / "registry.yaml"
    probe = Http(f"http://{addresses.REGISTRY}/v2/")
    ports = (addresses.REGISTRY_PORT,)
    return Component("registry", ("serve", str(config)), probe, (config,), ports)


def containerd(places: Places) -> Component:
    """Return the container runtime."""
    config = places.config / "containerd.toml"
    probe = Socket(places.containerd_socket)
    return Component("containerd", ("--config", str(config)), probe, (config,), keeps_data=True)


def kubelet(places: Places) -> Component:
    """Return the node agent."""
    config = places.config / "kubelet.yaml"
    kubeconfig = kubeconfigs.of(places, "kubelet")
    arguments = flags(
        config=config,
        kubeconfig=kubeconfig,
        hostname_override=addresses.NODE_NAME,
        node_ip=addresses.NODE,
        root_dir=places.state / "kubelet",
    )
    probe = Http(f"http://127.0.0.1:{addresses.KUBELET_HEALTH_PORT}/healthz")
    ports = (addresses.KUBELET_PORT, addresses.KUBELET_HEALTH_PORT)
    files = (config, kubeconfig, *keys(places))
    return Component("kubelet", arguments, probe, files, ports, keeps_data=True)


def proxy(places: Places) -> Component:
    """Return what leads service addresses to pods."""
    config = places.config / "proxy.yaml"
    files = (config, kubeconfigs.of(places, "proxy"))
    probe = Http(f"http://127.0.0.1:{addresses.PROXY_HEALTH_PORT}/livez")
    ports = (addresses.PROXY_HEALTH_PORT, addresses.PROXY_METRICS_PORT)
    return Component("kube-proxy", flags(config=config), probe, files, ports)


def coredns(places: Places) -> Component:
    """Return the name server of pods and services."""
    config = places.config / "Corefile"
    files = (config, kubeconfigs.of(places, "coredns"))
    probe = Http(f"http://{addresses.NODE}:{addresses.DNS_READY_PORT}/ready")
    return Component("coredns", ("-conf", str(config)), probe, files, (addresses.DNS_READY_PORT,))


def provisioner(places: Places) -> Component:
    """Return what makes folders for volume claims."""
    more = {"root": places.volumes, "node": addresses.NODE_NAME}
    return caller(places, "provisioner", "provisioner", Running(), (), **more)


def metrics(places: Places) -> Component:
    """Return what collects usage."""
    kubeconfig = kubeconfigs.of(places, "metrics-server")
    authority = places.pki / "ca.crt"
    return caller(
        places,
        "metrics-server",
        "metrics-server",
        Http(f"https://{addresses.NODE}:{addresses.METRICS_PORT}/livez", authority),
        (addresses.METRICS_PORT,),
        authentication_kubeconfig=kubeconfig,
        authorization_kubeconfig=kubeconfig,
        bind_address=addresses.NODE,
        secure_port=addresses.METRICS_PORT,
        **serving(places),
        kubelet_certificate_authority=authority,
        kubelet_preferred_address_types="InternalIP",
        kubelet_request_timeout="5s",
        metric_resolution="10s",
    )
