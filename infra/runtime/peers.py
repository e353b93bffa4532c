"""Whom a network address stands for, where calls or connections are counted by their source."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

IPV6_PEER_BITS = 64  # what one subscriber is given at least, so one peer
IPV6_SITE_BITS = 48  # what one is given at most, without being a provider: 65,536 peers


# Asked at every call of a connection, and slower than the rest of what is noted of it.
@lru_cache(maxsize=4_096)
def peer_of(address: str) -> str:
    """The address itself, or the /64 of an IPv6 address; what is no address stands for itself."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if not isinstance(ip, IPv6Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return _network(ip, IPV6_PEER_BITS)


def site_of(peer: str) -> str | None:
    """The /48 that an IPv6 peer is in, whose owner may be all its peers; None: it has none."""
    address, _, bits = peer.partition("/")
    if bits != str(IPV6_PEER_BITS):
        return None
    try:
        return _network(IPv6Address(address), IPV6_SITE_BITS)
    except ValueError:
        return None


def _network(ip: IPv6Address, bits: int) -> str:
    host_bits = ip.max_prefixlen - bits
    return f"{IPv6Address(int(ip) >> host_bits << host_bits)}/{bits}"
