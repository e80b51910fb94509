"""Who shares a network address: whoever asks too often is one of them, whichever."""

from ipaddress import IPv6Address, ip_address, ip_network

# A network of this size is one customer of its provider.
_NETWORK_6 = 64


def network_of(address: str) -> str:
    """Whom an address stands for: itself, or the network that one customer of a provider has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, _NETWORK_6), strict=False))
    return str(parsed)
