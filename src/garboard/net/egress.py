"""Addresses that an untrusted source must not name, in every IPv6 spelling of the IPv4 ones.

These are loopback, link-local, unspecified and multicast addresses, and those at which clouds give a machine its
secrets. Private networks (RFC 1918, unique-local) are not included: many mirrors are in one.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_METADATA: Final = frozenset(
    map(
        ip_address,
        (
            "100.100.100.200",  # Alibaba
            "168.63.129.16",  # Azure
            "192.0.0.192",  # Oracle
            "fd00:ec2::254",  # AWS
            "fd00:c1::a9fe:a9fe",  # Oracle
            "fd00:42::42",  # Scaleway
            "fd20:ce::254",  # Google
        ),
    )
)
"""The cloud metadata addresses that are not link-local."""
_METADATA_NAMES: Final = frozenset(
    ("metadata.google.internal", "metadata.goog", "metadata", "instance-data", "instance-data.ec2.internal")
)
_NOWHERE: Final = (IPv4Network("0.0.0.0/8"), IPv4Network("255.255.255.255/32"))
""""This network", in which Linux treats 0.0.0.0 as this machine; and the broadcast address."""
_EMBEDDING: Final = tuple(
    map(
        IPv6Network,
        (
            "::/96",  # IPv4-compatible
            "::ffff:0:0/96",  # IPv4-mapped
            "::ffff:0:0:0/96",  # IPv4-translated, RFC 2765
            "64:ff9b::/96",  # NAT64, RFC 6052
            "64:ff9b:1::/48",  # a site's own NAT64, RFC 8215
        ),
    )
)
"""Networks with addresses that end in an IPv4 address."""


def is_inward(address: str) -> bool:
    """Report whether an untrusted source must not name this address (not a name)."""
    found = ip_address(address)
    return _is_inward(found) or any(map(_is_inward, _embedded(found)))


def is_inward_name(host: str) -> bool:
    """Report whether a name resolves to such an address everywhere."""
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost") or name in _METADATA_NAMES


def _is_inward(one: IPv4Address | IPv6Address) -> bool:
    if one.is_loopback or one.is_link_local or one.is_unspecified or one.is_multicast:
        return True
    # A zone (fe80::1%eth0) makes an address unequal to itself.
    plain = IPv6Address(int(one)) if isinstance(one, IPv6Address) else one
    return plain in _METADATA or any(one in network for network in _NOWHERE)


def _embedded(one: IPv4Address | IPv6Address) -> Iterator[IPv4Address]:
    """Yield the IPv4 addresses to which a device on the way may translate this address."""
    if isinstance(one, IPv4Address):
        return
    if any(one in network for network in _EMBEDDING):
        yield IPv4Address(int(one) & 0xFFFFFFFF)
    if one.sixtofour is not None:
        yield one.sixtofour
    if one.teredo is not None:
        yield from one.teredo
