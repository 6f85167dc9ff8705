"""Which addresses of the network a crawl may connect to: public ones. Pure, but for :func:`resolve`."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable

from gongwen.errors import WenhaoError

Resolve = Callable[[str, int], list[str]]
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))  # RFC 6052, RFC 8215
_COMPATIBLE = ipaddress.ip_network("::/96")  # RFC 4291, 2.5.5.1


class Refused(WenhaoError):
    """An address is not asked, or its answer not kept; ``stage``: address, robots, limit, answer."""

    status = 422

    def __init__(self, message: str, *, stage: str) -> None:
        super().__init__(message)
        self.stage = stage


def fault(address: str) -> str | None:
    """Why an address is not public, None for one that is; an IPv4 address inside an IPv6 one is looked at itself.

    >>> fault("192.168.1.1"), fault("::ffff:127.0.0.1"), fault("202.106.0.20")
    ('192.168.1.1 is no public address', '127.0.0.1 is no public address', None)
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return f"{address!r} is no address"
    for one in (parsed, *_inside(parsed)):
        if isinstance(one, ipaddress.IPv6Address) and _inside(one):
            continue  # what it leads to decides
        if not one.is_global or one.is_multicast or one.is_reserved:
            return f"{one} is no public address"
    return None


def _inside(address: _Address) -> tuple[_Address, ...]:
    """The IPv4 addresses that an IPv6 address stands for: mapped, compatible, 6to4, Teredo, NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    if address.teredo:
        return address.teredo
    found = address.ipv4_mapped or address.sixtofour
    if found:
        return (found,)
    if any(address in network for network in _NAT64) or (address in _COMPATIBLE and int(address) > 1):
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    return ()


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system's resolver gives them. Raises ``OSError`` when there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked(host: str, port: int, *, allow_private: bool, resolver: Resolve = resolve) -> list[str]:
    """The addresses to connect to. One address that is not public condemns the host: an answer that mixes both is an attack.

    Raises :class:`Refused` (stage ``address``), and ``OSError`` when the host is unknown.
    """
    found = resolver(host, port)
    reason = None if allow_private else next((reason for one in found if (reason := fault(one))), None)
    if reason:
        told = reason if reason.startswith(f"{host} ") else f"{host}: {reason}"
        raise Refused(f"{told}; --allow-private allows it", stage="address")
    return found
