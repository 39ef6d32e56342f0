"""Where a connection leads: addresses that no stranger may name, in every spelling that IPv6 has for those of IPv4.

Loopback, link-local, unspecified and multicast addresses, and those at which clouds tell a machine its secrets. Networks
for private use (RFC 1918, unique-local) are none of these: many a mirror stands in one.
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
"""Those that are not link-local."""
_METADATA_NAMES: Final = frozenset(
    ("metadata.google.internal", "metadata.goog", "metadata", "instance-data", "instance-data.ec2.internal")
)
_NOWHERE: Final = (IPv4Network("0.0.0.0/8"), IPv4Network("255.255.255.255/32"))
"""This network, of which Linux takes 0.0.0.0 for this machine; the broadcast address."""
_EMBEDDING: Final = tuple(
    map(
        IPv6Network,
        (
            "::/96",  # IPv4-compatible
            "::ffff:0:0/96",  # IPv4-mapped
            "::ffff:0:0:0/96",  # IPv4-translated, RFC 2765
            "64:ff9b::/96",  # NAT64, RFC 6052
            "64:ff9b:1::/48",  # NAT64 of a site's own, RFC 8215
        ),
    )
)
"""Networks whose addresses end in one of IPv4."""


def is_inward(address: str) -> bool:
    """Whether an address (not a name) is one that no stranger may name."""
    found = ip_address(address)
    return _is_inward(found) or any(map(_is_inward, _embedded(found)))


def is_inward_name(host: str) -> bool:
    """Whether a name stands for such an address wherever it is looked up."""
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost") or name in _METADATA_NAMES


def _is_inward(one: IPv4Address | IPv6Address) -> bool:
    if one.is_loopback or one.is_link_local or one.is_unspecified or one.is_multicast:
        return True
    # A zone (fe80::1%eth0) makes an address unequal to itself.
    plain = IPv6Address(int(one)) if isinstance(one, IPv6Address) else one
    return plain in _METADATA or any(one in network for network in _NOWHERE)


def _embedded(one: IPv4Address | IPv6Address) -> Iterator[IPv4Address]:
    """The addresses of IPv4 to which something on the way may translate it."""
    if isinstance(one, IPv4Address):
        return
    if any(one in network for network in _EMBEDDING):
        yield IPv4Address(int(one) & 0xFFFFFFFF)
    if one.sixtofour is not None:
        yield one.sixtofour
    if one.teredo is not None:
        yield from one.teredo
