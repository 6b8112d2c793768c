"""The node's bridges and the route of the service range."""

import socket
from pathlib import Path

from stenofleet_cluster import addresses
from stenofleet_cluster.errors import CommandError
from stenofleet_cluster.shell import run

SECONDS = 10
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")


def ensure() -> None:
    """Make the bridges; what is there already is left."""
    _bridge(addresses.POD_BRIDGE)
    _ip("addr", "replace", f"{addresses.NODE}/{addresses.NODE_PREFIX}", "dev", addresses.POD_BRIDGE)
    # A bridge without ports stands for the dummy device that some kernels lack. Its route keeps
    # calls to services that do not exist on this machine.
    _bridge(addresses.SERVICE_BRIDGE)
    route = ("dev", addresses.SERVICE_BRIDGE, "src", addresses.NODE)
    _ip("route", "replace", addresses.SERVICE_RANGE, *route)
    FORWARDING.write_text("1")


def remove() -> None:
    """Remove the bridges and the rules of the service proxy; none is fine too."""
    for name in (addresses.POD_BRIDGE, addresses.SERVICE_BRIDGE):
        if _exists(name):
            _ip("link", "delete", name)
    for family in ("ip", "ip6"):
        _remove_table(family, "kube-proxy")


def _bridge(name: str) -> None:
    if not _exists(name):
        _ip("link", "add", name, "type", "bridge")
    _ip("link", "set", name, "up")


def _exists(name: str) -> bool:
    return name in (device for _, device in socket.if_nameindex())


def _ip(*words: str) -> None:
    run(["ip", *words], timeout=SECONDS)


def _remove_table(family: str, name: str) -> None:
    try:
        tables = run(["nft", "list", "tables", family], timeout=SECONDS)
    except CommandError:
        return  # a kernel without this family has no table of it
    if f"table {family} {name}\n" in tables:
        run(["nft", "delete", "table", family, name], timeout=SECONDS)
