"""What a key may be used for: which models, on which surfaces, from where."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.core.redaction import visible
from yanmen.gateway.errors import Refusal
from yanmen.gateway.surfaces import NAMES
from yanmen.policy.globs import Names
from yanmen.store import Key

Network = IPv4Network | IPv6Network


def checked(surfaces: Sequence[str], ips: Sequence[str]) -> None:
    """YanmenError for a surface that there is none of, or what is neither an address nor a network."""
    if unknown := set(surfaces) - set(NAMES):
        names = ", ".join(NAMES)
        shown = visible(min(unknown))
        raise YanmenError(
            Phrase(en=f"there is no surface {shown}", zh=f"没有 {shown} 这个接口"),
            hint=Phrase(en=f"There are: {names}.", zh=f"可选：{names}。"),
        )
    for ip in ips:
        try:
            ip_network(ip, strict=False)
        except ValueError:
            shown = visible(ip)
            raise YanmenError(
                Phrase(en=f"{shown} is neither an address nor a network", zh=f"{shown} 既不是地址也不是网段"),
                hint=Phrase(
                    en="Write it as 192.0.2.7 or 192.0.2.0/24.", zh="写法如 192.0.2.7 或 192.0.2.0/24。"
                ),
            ) from None


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
