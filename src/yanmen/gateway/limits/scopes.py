"""What a key may be used for: which models, on which surfaces, from where."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from yanmen.gateway.errors import Refusal
from yanmen.policy.globs import Names
from yanmen.store import Key

Network = IPv4Network | IPv6Network


def may_enter(key: Key, surface: str, ip: str) -> None:
    """Refusal where a key must not be used on a surface, or from an address. An address that is not known is no address."""
    if key.surfaces and surface not in key.surfaces:
        raise Refusal("surface_not_allowed", detail=key.id, surface=surface)
    if key.ips and not _covers(key.ips, ip):
        raise Refusal("address_not_allowed", detail=key.id)


def may_call(key: Key, model: str) -> None:
    """Refusal, as of a model that does not exist, where a key must not call it."""
    if key.models and not _names(key.models).match(model):
        raise Refusal("model_not_found", detail=key.id, model=model[:100])


@lru_cache(maxsize=4096)
def _names(patterns: tuple[str, ...]) -> Names:
    return Names(patterns)


@lru_cache(maxsize=65_536)
def _covers(networks: tuple[str, ...], ip: str) -> bool:
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return any(address in network for network in _networks(networks))


@lru_cache(maxsize=4096)
def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(text, strict=False) for text in texts)
