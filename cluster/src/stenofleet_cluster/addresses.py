"""Addresses and ports of the node.

198.18.0.0/15 is set aside for tests (RFC 2544), so no real network is hidden by it. All but etcd
and the probes listen on the bridge: pods and this machine reach them, other machines do not.
"""

POD_RANGE = "198.18.0.0/17"
SERVICE_RANGE = "198.18.128.0/20"
API_SERVICE = "198.18.128.1"
NODE = "198.18.0.1"
NODE_PREFIX = 17

NODE_NAME = "node1"
POD_BRIDGE = "sf-pods"
SERVICE_BRIDGE = "sf-services"

API_PORT = 6443
ETCD_PORT = 12379
ETCD_PEER_PORT = 12380
KUBELET_PORT = 10250
KUBELET_HEALTH_PORT = 10248
CONTROLLERS_PORT = 10257
SCHEDULER_PORT = 10259
PROXY_HEALTH_PORT = 10256
PROXY_METRICS_PORT = 10249
METRICS_PORT = 4443
REGISTRY_PORT = 5000
DNS_PORT = 53
DNS_READY_PORT = 8181

REGISTRY = f"{NODE}:{REGISTRY_PORT}"
API_URL = f"https://{NODE}:{API_PORT}"
ETCD_URL = f"http://127.0.0.1:{ETCD_PORT}"
