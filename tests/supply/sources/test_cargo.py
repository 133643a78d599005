"""Cargo.toml and Cargo.lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.cargo import CargoLock, CargoToml
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]


def test_what_is_asked_for(lay: Lay, ask: Ask) -> None:
    """For each platform; not what is the project's own."""
    root = lay(
        {
            "Cargo.toml": """
            [package]
            name = "mine"
            version = "0.1.0"
            license = "MIT OR Apache-2.0"
            [dependencies]
            serde = { version = "1", optional = true }
            exact = "=1.2.3"
            own = { path = "../own" }
            renamed = { package = "real", git = "https://u:secret@host/x" }
            [dev-dependencies]
            test = "1"
            [target.'cfg(unix)'.dependencies]
            nix = "0.27"
            """
        }
    )
    found, missed = ask(root, CargoToml())

    assert missed == []
    assert [(one.name, one.version, one.scope) for one in found] == [
        ("mine", "0.1.0", "run"),
        ("serde", "", "optional"),
        ("exact", "1.2.3", "run"),
        ("real", "", "run"),
        ("test", "", "develop"),
        ("nix", "", "run"),
    ]
    assert found[3].facts == {"url": "https://host/x"}
    assert found[1].where == "Cargo.toml#L6"


def test_what_is_locked(lay: Lay, ask: Ask) -> None:
    """A need names its version only where two are locked."""
    digest = "ab" * 32
    root = lay(
        {
            "Cargo.lock": f"""
            [[package]]
            name = "mine"
            version = "0.1.0"
            dependencies = ["a 2.0.0", "b"]
            [[package]]
            name = "a"
            version = "1.0.0"
            source = "registry+https://host/index"
            checksum = "{digest}"
            [[package]]
            name = "a"
            version = "2.0.0"
            source = "git+https://host/a?rev=1#00"
            [[package]]
            name = "b"
            version = "3.0.0"
            source = "registry+https://host/index"
            """
        }
    )
    found, missed = ask(root, CargoLock())

    assert missed == []
    assert found[0].needs == ("pkg:cargo/a@2.0.0", "pkg:cargo/b@3.0.0")
    assert [(one.ecosystem, one.version, one.where) for one in found] == [
        ("", "0.1.0", "Cargo.lock#L1"),
        ("crates.io", "1.0.0", "Cargo.lock#L5"),
        ("crates.io", "2.0.0", "Cargo.lock#L10"),
        ("crates.io", "3.0.0", "Cargo.lock#L14"),
    ]
    assert (found[1].hashes, found[2].facts) == ({"sha256": digest}, {"url": "https://host/a"})
