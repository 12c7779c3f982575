"""Which addresses may be reached: decided where the socket is made, so that no redirect or resolver gets round it."""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from aiohappyeyeballs import AddrInfoType

SocketFactory = Callable[[AddrInfoType], socket.socket]
_MARK = "is not a public address"
_WRAPPERS = tuple(
    IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")
)  # an IPv4 in the last 32 bits
# Global in the books, or in those that this Python has; and yet nobody's feed lies there.
_KEPT = tuple(
    ip_network(net)
    for net in (
        "192.0.0.0/24",  # RFC 6890; Oracle's machines ask 192.0.0.192 for their secrets
        "168.63.129.16/32",  # as Azure's ask this one
        "192.88.99.0/24",  # RFC 7526, the way to 6to4 that is no more
        "3fff::/20",  # RFC 9637, for examples
    )
)


class PrivateAddress(OSError):
    """The host lies where a feed from outside has no business."""


def is_public(address: str) -> bool:
    """Whether an IP address lies in the open internet; what carries another one inside is judged by that."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inside = _inside(ip)
    if inside:
        return all(is_public(str(each)) for each in inside)
    if isinstance(ip, IPv6Address) and ip.is_site_local:
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not any(ip in net for net in _KEPT)


def public_socket(info: AddrInfoType) -> socket.socket:
    """A socket for that address; raises PrivateAddress for one that is not public."""
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise PrivateAddress(f"{address[0]} {_MARK}")
    return socket.socket(family=family, type=kind, proto=protocol)


def was_refused(error: BaseException) -> bool:
    """Whether a connection failed because of us; several failures come bundled as one text."""
    cause = getattr(error, "os_error", error)
    return isinstance(cause, PrivateAddress) or _MARK in str(cause)


def _inside(ip: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(ip, IPv4Address):
        return []
    if any(ip in net for net in _WRAPPERS):
        return [IPv4Address(int(ip) & 0xFFFFFFFF)]
    return [each for each in (ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())) if each is not None]
