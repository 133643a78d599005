"""One upstream of the fleet."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmen.core.config import Gateway, Upstream
from yanmen.core.errors import YanmenError
from yanmen.gateway.upstreams.member import Member, credited, section_of


def test_what_is_wrong_is_said_with_its_section(tmp_path: Path) -> None:
    """Not with that of another."""
    for settings, place in (
        (Upstream(url="ftp://x"), "gateway.upstreams.east.url"),
        (Upstream(url="https://x/v1", ca_file=str(tmp_path / "none")), "gateway.upstreams.east.ca_file"),
        (
            Upstream(url="http://x/v1", headers={"bad header": "x"}),
            "gateway.upstreams.east.headers.bad header",
        ),
        (Upstream(url="https://x/v1", tls_key="k.pem"), "gateway.upstreams.east.tls_certificate"),
        (Upstream(url="https://x/v1", tls_certificate="c.pem"), "gateway.upstreams.east.tls_key"),
    ):
        with pytest.raises(YanmenError) as caught:
            Member("east", settings, Gateway())

        assert caught.value.where.startswith(place)


def test_each_has_its_own_variable_for_its_credential() -> None:
    """Unless the configuration names one."""
    assert section_of("default") == "gateway.upstream"
    assert credited("default", Upstream()).key_env == "YANMEN_UPSTREAM_KEY"
    assert credited("gpu-1", Upstream()).key_env == "YANMEN_UPSTREAM_GPU_1_KEY"
    assert credited("gpu-1", Upstream(key_env="MINE")).key_env == "MINE"


def test_it_takes_no_more_calls_than_connections() -> None:
    """One call has one connection."""
    limits = [
        Member("east", Upstream(url="http://x/v1", connections=8, calls=calls), Gateway()).limit.now
        for calls in (0, 4, 100)
    ]

    assert limits == [8, 4, 8]
