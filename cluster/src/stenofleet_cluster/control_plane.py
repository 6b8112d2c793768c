"""The control plane: etcd, the API server, the controllers, the scheduler."""

from stenofleet_cluster import addresses
from stenofleet_cluster.component import Component, caller, flags, keys, secure, serving
from stenofleet_cluster.places import Places
from stenofleet_cluster.probes import Http


def etcd(places: Places) -> Component:
    """Return the cluster's memory."""
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
        **serving(places),
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
    return Component("kube-apiserver", arguments, probe, keys(places), ports, keeps_data=True)


def controllers(places: Places) -> Component:
    """Return the controllers."""
    port = addresses.CONTROLLERS_PORT
    return caller(
        places,
        "kube-controller-manager",
        "controller-manager",
        secure(port, places),
        (port,),
        bind_address="127.0.0.1",
        secure_port=port,
        **serving(places),
        service_account_private_key_file=places.pki / "service-account.key",
        root_ca_file=places.pki / "ca.crt",
        use_service_account_credentials="true",
        leader_elect="false",
        # One node that has gone is noticed soon, and ended pods do not pile up.
        node_monitor_period="2s",
        node_monitor_grace_period="20s",
        terminated_pod_gc_threshold=100,
    )


def scheduler(places: Places) -> Component:
    """Return the scheduler."""
    port = addresses.SCHEDULER_PORT
    return caller(
        places,
        "kube-scheduler",
        "scheduler",
        secure(port, places),
        (port,),
        bind_address="127.0.0.1",
        secure_port=port,
        **serving(places),
        leader_elect="false",
    )
