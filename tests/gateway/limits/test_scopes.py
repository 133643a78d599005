"""What a key may be used for."""

from __future__ import annotations

from typing import Any

import pytest

from yanmen.core.errors import YanmenError
from yanmen.gateway.errors import Refusal
from yanmen.gateway.limits.scopes import checked, may_call, may_enter
from yanmen.store import Key


def key(**more: Any) -> Key:
    """A key."""
    return Key(id="key_1", hash="h", name="test", created=1, **more)


def test_a_key_without_scopes_of_its_own_may_all() -> None:
    """As before there were any."""
    may_enter(key(), "chat", "")
    may_call(key(), "anything")


def test_a_key_is_good_for_its_models_only() -> None:
    """What it may not call does not exist for it."""
    may_call(key(models=("gpt-4*", "llama")), "gpt-4o")
    with pytest.raises(Refusal) as refused:
        may_call(key(models=("gpt-4*", "llama")), "llama-guard")

    assert (refused.value.code, refused.value.status) == ("model_not_found", 404)


def test_a_key_is_good_on_its_surfaces_only() -> None:
    """Chat, and nothing else."""
    may_enter(key(surfaces=("chat",)), "chat", "")
    with pytest.raises(Refusal) as refused:
        may_enter(key(surfaces=("chat",)), "embeddings", "")

    assert (refused.value.code, refused.value.status) == ("surface_not_allowed", 403)


@pytest.mark.parametrize("ip", ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1"])
def test_a_key_is_good_from_its_networks(ip: str) -> None:
    """IPv4 written as IPv6 is IPv4."""
    may_enter(key(ips=("192.0.2.0/24", "2001:db8::/32")), "chat", ip)


@pytest.mark.parametrize("ip", ["198.51.100.1", "", "nonsense", "2001:db9::1"])
def test_and_from_nowhere_else(ip: str) -> None:
    """An address that is not known is no address of its own."""
    with pytest.raises(Refusal) as refused:
        may_enter(key(ips=("192.0.2.0/24", "2001:db8::/32")), "chat", ip)

    assert (refused.value.code, refused.value.status) == ("address_not_allowed", 403)


def test_what_a_key_is_made_with_is_checked() -> None:
    """Surfaces that there are, addresses that are some."""
    checked(("chat",), ("192.0.2.7", "2001:db8::/32"))
    with pytest.raises(YanmenError, match="no surface telepathy"):
        checked(("chat", "telepathy"), ())
    with pytest.raises(YanmenError, match="neither an address"):
        checked((), ("here",))
