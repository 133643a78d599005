"""All lists together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.core.config import Networks as Settings
from yanmen.core.errors import YanmenError
from yanmen.intel.networks import NOWHERE, Networks, Origin


def test_files_and_lists_add_up(tmp_path: Path, write: Callable[..., bytes]) -> None:
    """A database of countries, a table of systems, two lists; the first that speaks of one thing counts."""
    (tmp_path / "country.mmdb").write_bytes(write({"192.0.2.0/24": {"country": {"iso_code": "DE"}}}))
    (tmp_path / "asn.csv").write_text(
        "network,asn,country,name\n192.0.2.0/25,64496,FR,One\n198.51.100.0/24,7,FR,\n"
    )
    (tmp_path / "tor.txt").write_text("192.0.2.9\n2001:db8::1\n")
    (tmp_path / "vpn.txt").write_text("192.0.2.8/31\n")
    files = (str(tmp_path / "country.mmdb"), str(tmp_path / "asn.csv"))
    lists = {"vpn": str(tmp_path / "vpn.txt"), "tor": str(tmp_path / "tor.txt")}
    known = Networks(Settings(files=files, lists=lists))

    assert known.look("192.0.2.9") == Origin("DE", "AS64496", "One", ("tor", "vpn"))
    assert known.look("::ffff:192.0.2.8") == Origin("DE", "AS64496", "One", ("vpn",))
    assert known.look("192.0.2.200") == Origin("DE")
    assert known.look("198.51.100.1") == Origin("FR", "AS7")
    assert known.look("2001:db8::1") == Origin(networks=("tor",))
    assert known.look("203.0.113.1") == known.look("no address") == known.look("") == NOWHERE


def test_without_lists_nothing_is_known() -> None:
    """And nothing costs anything."""
    assert Networks().look("192.0.2.1") == NOWHERE


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.mmdb", b"\xab\xcd\xefMaxMind.com", "cut off"),
        ("a.csv", b"network,country\nx,DE\n", "line 2"),
        ("a.csv", b"\xff\xfe\x00", "utf-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    """A start with half a list would let through whom it should stop."""
    (tmp_path / name).write_bytes(content)

    with pytest.raises(YanmenError, match=said) as refused:
        Networks(Settings(files=(str(tmp_path / name),)))
    assert refused.value.where == str(tmp_path / name)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With what the system says."""
    with pytest.raises(YanmenError, match="No such file"):
        Networks(Settings(lists={"tor": str(tmp_path / "gone")}))
