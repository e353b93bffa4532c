"""Whom a network address stands for, where calls or connections are counted by their source."""

from ipaddress import IPv6Address, ip_address

IPV6_NETWORK_BITS = 64  # what one subscriber is given, so one peer


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
    host_bits = ip.max_prefixlen - IPV6_NETWORK_BITS
    return f"{IPv6Address(int(ip) >> host_bits << host_bits)}/{IPV6_NETWORK_BITS}"
