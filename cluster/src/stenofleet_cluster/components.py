"""The parts of the cluster: which program, with which arguments, and how to ask for its health."""

from dataclasses import dataclass
from pathlib import Path

from stenofleet_cluster import addresses, kubeconfigs
from stenofleet_cluster.places import Places
from stenofleet_cluster.probes import Http, Probe, Running, Socket


@dataclass(frozen=True)
class Component:
    """One long-running program of the node.

    Attributes:
        name: What people and files call it, and the program's name.
        arguments: What it is started with.
        probe: How to ask for its health.
        files: Files whose change means a restart.
        ports: TCP ports it must be able to take.
        keeps_data: What it keeps on disk can be damaged so that it never starts again.
    """

    name: str
    arguments: tuple[str, ...]
    probe: Probe
    files: tuple[Path, ...] = ()
    ports: tuple[int, ...] = ()
    keeps_data: bool = False


def ground(places: Places) -> tuple[Component, ...]:
    """Return what the API server and the pods stand on; these know nobody."""
    return (_registry(places), _containerd(places), _etcd(places))


def callers(places: Places) -> tuple[Component, ...]:
    """Return what calls the API server."""
    return (
        _controllers(places),
        _scheduler(places),
        _kubelet(places),
        _proxy(places),
        _coredns(places),
        _provisioner(places),
        _metrics(places),
    )


def everything(places: Places) -> tuple[Component, ...]:
    """Return all parts in the order of their start."""
    return (*ground(places), api_server(places), *callers(places))


def flags(**values: object) -> tuple[str, ...]:
    """Turn secure_port=1 into --secure-port=1."""
    return tuple(f"--{name.replace('_', '-')}={value}" for name, value in values.items())


def _secure(port: int, places: Places) -> Http:
    return Http(f"https://127.0.0.1:{port}/healthz", places.pki / "ca.crt")


def _serving(places: Places) -> dict[str, object]:
    return {
        "tls_cert_file": places.pki / "serving.crt",
        "tls_private_key_file": places.pki / "serving.key",
    }


def _registry(places: Places) -> Component:
    config = places.config / "registry.yaml"
    probe = Http(f"http://{addresses.REGISTRY}/v2/")
    ports = (addresses.REGISTRY_PORT,)
    return Component("registry", ("serve", str(config)), probe, (config,), ports)


def _containerd(places: Places) -> Component:
    config = places.config / "containerd.toml"
    probe = Socket(places.containerd_socket)
    return Component("containerd", ("--config", str(config)), probe, (config,), keeps_data=True)


def _etcd(places: Places) -> Component:
    peers = f"http://127.0.0.1:{addresses.ETCD_PEER_PORT}"
    arguments = flags(
        data_dir=places.state / "etcd",
        listen_client_urls=addresses.ETCD_URL,
        advertise_client_urls=addresses.ETCD_URL,
        listen_peer_urls=peers,
        initial_advertise_peer_urls=peers,
        initial_cluster=f"default={peers}",
        auto_compaction_retention="5m",
        # A test cluster that loses power is made anew; waiting for the disk slows every write.
        unsafe_no_fsync="true",
    )
    ports = (addresses.ETCD_PORT, addresses.ETCD_PEER_PORT)
    probe = Http(f"{addresses.ETCD_URL}/health")
    return Component("etcd", arguments, probe, (), ports, keeps_data=True)


def api_server(places: Places) -> Component:
    """Return the API server, reachable on the bridge only."""
    pki = places.pki
    arguments = flags(
        etcd_servers=addresses.ETCD_URL,
        bind_address=addresses.NODE,
        secure_port=addresses.API_PORT,
        advertise_address=addresses.NODE,
        service_cluster_ip_range=addresses.SERVICE_RANGE,
        authorization_mode="Node,RBAC",
        enable_admission_plugins="NodeRestriction",
        allow_privileged="true",
        client_ca_file=pki / "ca.crt",
        **_serving(places),
        service_account_issuer="https://kubernetes.default.svc.cluster.local",
        service_account_key_file=pki / "service-account.pub",
        service_account_signing_key_file=pki / "service-account.key",
        kubelet_client_certificate=pki / "admin.crt",
        kubelet_client_key=pki / "admin.key",
        kubelet_certificate_authority=pki / "ca.crt",
        # The node's name is in nobody's DNS.
        kubelet_preferred_address_types="InternalIP",
        # Without these, calls through an aggregated API arrive as system:anonymous.
        requestheader_client_ca_file=pki / "ca.crt",
        requestheader_allowed_names="front-proxy",
        requestheader_extra_headers_prefix="X-Remote-Extra-",
        requestheader_group_headers="X-Remote-Group",
        requestheader_username_headers="X-Remote-User",
        proxy_client_cert_file=pki / "front-proxy.crt",
        proxy_client_key_file=pki / "front-proxy.key",
        enable_aggregator_routing="true",
    )
    probe = Http(f"{addresses.API_URL}/readyz", pki / "ca.crt")
    ports = (addresses.API_PORT,)
    return Component("kube-apiserver", arguments, probe, _keys(places), ports, keeps_data=True)


def _keys(places: Places) -> tuple[Path, ...]:
    return (places.pki / "ca.crt", places.pki / "serving.crt")


def _caller(
    places: Places, name: str, client: str, probe: Probe, ports: tuple[int, ...], **more: object
) -> Component:
    kubeconfig = kubeconfigs.of(places, client)
    return Component(name, flags(kubeconfig=kubeconfig, **more), probe, (kubeconfig,), ports)


def _controllers(places: Places) -> Component:
    port = addresses.CONTROLLERS_PORT
    return _caller(
        places,
        "kube-controller-manager",
        "controller-manager",
        _secure(port, places),
        (port,),
        bind_address="127.0.0.1",
        secure_port=port,
        **_serving(places),
        service_account_private_key_file=places.pki / "service-account.key",
        root_ca_file=places.pki / "ca.crt",
        use_service_account_credentials="true",
        leader_elect="false",
        # One node that has gone is noticed soon, and ended pods do not pile up.
        node_monitor_period="2s",
        node_monitor_grace_period="20s",
        terminated_pod_gc_threshold=100,
    )


def _scheduler(places: Places) -> Component:
    port = addresses.SCHEDULER_PORT
    return _caller(
        places,
        "kube-scheduler",
        "scheduler",
        _secure(port, places),
        (port,),
        bind_address="127.0.0.1",
        secure_port=port,
        **_serving(places),
        leader_elect="false",
    )


def _kubelet(places: Places) -> Component:
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
    files = (config, kubeconfig, *_keys(places))
    return Component("kubelet", arguments, probe, files, ports, keeps_data=True)


def _proxy(places: Places) -> Component:
    config = places.config / "proxy.yaml"
    files = (config, kubeconfigs.of(places, "proxy"))
    probe = Http(f"http://127.0.0.1:{addresses.PROXY_HEALTH_PORT}/livez")
    ports = (addresses.PROXY_HEALTH_PORT, addresses.PROXY_METRICS_PORT)
    return Component("kube-proxy", flags(config=config), probe, files, ports)


def _coredns(places: Places) -> Component:
    config = places.config / "Corefile"
    files = (config, kubeconfigs.of(places, "coredns"))
    probe = Http(f"http://{addresses.NODE}:{addresses.DNS_READY_PORT}/ready")
    return Component("coredns", ("-conf", str(config)), probe, files, (addresses.DNS_READY_PORT,))


def _provisioner(places: Places) -> Component:
    more = {"root": places.volumes, "node": addresses.NODE_NAME}
    return _caller(places, "provisioner", "provisioner", Running(), (), **more)


def _metrics(places: Places) -> Component:
    kubeconfig = kubeconfigs.of(places, "metrics-server")
    authority = places.pki / "ca.crt"
    return _caller(
        places,
        "metrics-server",
        "metrics-server",
        Http(f"https://{addresses.NODE}:{addresses.METRICS_PORT}/livez", authority),
        (addresses.METRICS_PORT,),
        authentication_kubeconfig=kubeconfig,
        authorization_kubeconfig=kubeconfig,
        bind_address=addresses.NODE,
        secure_port=addresses.METRICS_PORT,
        **_serving(places),
        kubelet_certificate_authority=authority,
        kubelet_preferred_address_types="InternalIP",
        kubelet_request_timeout="5s",
        metric_resolution="10s",
    )
