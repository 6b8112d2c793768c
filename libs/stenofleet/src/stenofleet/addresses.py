"""Which internet addresses a request of ours may go to, when others name its target."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

_TRANSLATED: Final = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
"""NAT64 and its forerunner: the last 32 bits are an IPv4 address that a gateway goes on to."""

_UNICAST: Final = IPv6Network("2000::/3")
"""All of IPv6 that is given out for the public internet."""

_METADATA: Final = tuple(map(IPv4Network, ("168.63.129.16/32", "192.0.0.0/24")))
"""Clouds' own services at addresses that look public (Azure, Oracle); others' are link-local."""


def is_public(text: str) -> bool:
    """Whether it is an address of the public internet, and leads to no other inside of it.

    Private, loopback, link-local, shared, multicast, reserved and metadata addresses are not, nor
    are forms of IPv6 that carry one of these.

    >>> is_public("93.184.215.14"), is_public("169.254.169.254"), is_public("::ffff:10.0.0.1")
    (True, False, False)

    Raises:
        ValueError: ``text`` is no address.
    """
    # A zone (fe80::1%eth0) says through which interface, which changes nothing here.
    return all(_is_public(each) for each in _carried(ip_address(text.partition("%")[0])))


def is_address(text: str) -> bool:
    """Whether ``text`` is an address and no name."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    reserved = address.is_multicast or any(address in each for each in _METADATA)
    return address.is_global and not reserved


def _carried(address: Address) -> list[Address]:
    """The addresses that count: the one that another stands for, or itself."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    inner: list[Address] = (
        [_last_bits(address)] if any(address in each for each in _TRANSLATED) else []
    )
    if address.sixtofour is not None:
        inner.append(address.sixtofour)
    if address.teredo is not None:
        inner.extend(address.teredo)
    return inner or [address]


def _last_bits(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFF_FFFF)
