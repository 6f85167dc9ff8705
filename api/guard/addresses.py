"""Who asks: the address of a request, behind proxies that the settings name and no others. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence

from starlette.types import Scope

_UNKNOWN = "unknown"
_FORWARDED = b"x-forwarded-for"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(names: Iterable[str]) -> tuple[Network, ...]:
    """Networks of their names: ``10.0.0.0/8``, ``::1``. Raises ``ValueError`` naming a wrong one."""
    return tuple(ipaddress.ip_network(name.strip(), strict=False) for name in names if name.strip())


def address_of(scope: Scope, trusted: Sequence[Network]) -> str:
    """The address of whoever asks; ``unknown`` where there is none (a Unix socket).

    ``X-Forwarded-For`` is believed only from right to left as long as the sender is a trusted proxy: what stands further
    left, the visitor may have written.
    """
    client = scope.get("client")
    address = str(client[0]) if client else _UNKNOWN
    forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == _FORWARDED]
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    while hops and _is_in(address, trusted):
        before = hops.pop()
        if not _is_address(before):
            break
        address = before
    return address


def limited_by(address: str) -> str:
    """What shares one limit: an IPv4 address; of IPv6 the /64, which one household or one machine holds whole."""
    if not _is_address(address):
        return address
    parsed = ipaddress.ip_address(address)
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network(f"{address.partition('%')[0]}/64", strict=False))


def _is_in(address: str, trusted: Sequence[Network]) -> bool:
    if not _is_address(address):
        return False
    parsed = ipaddress.ip_address(address)
    return any(parsed.version == network.version and parsed in network for network in trusted)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
