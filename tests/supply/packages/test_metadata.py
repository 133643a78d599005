"""What packages say of themselves."""

from __future__ import annotations

from yanmen.supply.packages.metadata import backend_of, core, groups, package_json


def test_core_metadata() -> None:
    """Names, links, needs; what says UNKNOWN says nothing."""
    said = core(
        "Name: a\nVersion: 1\nSummary: UNKNOWN\nProject-URL: Home, https://example.com\nRequires-Dist: b\n\nlong text"
    )

    assert (said.name, said.summary, said.links, said.needs) == ("a", "", ("https://example.com",), ("b",))
    assert said.description == "long text"


def test_entry_points_and_backends() -> None:
    """Names of entry points keep their case; an in-tree backend has a path."""
    assert groups("[console_scripts]\nA = b:c\n") == {"console_scripts": ("A = b:c",)}
    assert groups("no section") == {}
    assert backend_of("[build-system]\nbuild-backend = 'x'\nbackend-path = ['.']\n") == ("x", (".",))
    assert backend_of("not = [toml") == ("", ())


def test_package_json() -> None:
    """Scripts, links, entry points in their several forms; what is no object is not known."""
    said = package_json(
        '{"name": "a", "main": "m.js", "bin": {"x": "b.js"}, "scripts": {"install": "true"}, "dependencies": {"c": "1"}}'
    )

    assert said.entry_points["main"] == ("m.js",)
    assert said.entry_points["bin"] == ("b.js",)
    assert said.needs == ("c@1",)
    assert not package_json("[]").known
    assert not package_json("{" * 5_000).known
