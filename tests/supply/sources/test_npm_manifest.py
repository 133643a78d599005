"""package.json of a project, and of what is installed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.npm_manifest import InstalledPackages, Manifest
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]


def test_what_a_project_asks_for(lay: Lay, ask: Ask) -> None:
    """Each section, aliases, addresses; not its own folders."""
    root = lay(
        {
            "package.json": """
            {
              "name": "mine", "version": "1.0.0", "license": "MIT",
              "dependencies": {
                "a": "^1.0.0",
                "b": "1.2.3",
                "c": "npm:@s/real@2.0.0",
                "d": "git+https://u:secret@host/x.git#v1",
                "e": "workspace:*",
                "f": "file:../f",
                "bad name": "1"
              },
              "devDependencies": {"g": "*"}
            }
            """
        }
    )
    found, missed = ask(root, Manifest())

    assert [(one.name, one.version, one.scope, one.where.partition("#")[2]) for one in found] == [
        ("mine", "1.0.0", "run", ""),
        ("a", "", "run", "L4"),
        ("b", "1.2.3", "run", "L5"),
        ("@s/real", "2.0.0", "run", "L6"),
        ("d", "", "run", "L7"),
        ("g", "", "develop", "L12"),
    ]
    assert found[3].facts == {"alias": "c"}
    assert found[4].facts == {"url": "git+https://host/x.git"}
    assert [(one.reason, one.where.part) for one in missed] == [("malformed", "package.json#L10")]


def test_what_is_installed(lay: Lay, ask: Ask) -> None:
    """Each package's own; a package.json within its code is none."""
    root = lay(
        {
            "node_modules/a/package.json": """
            {"name": "a", "version": "1.0.0", "licenses": [{"type": "MIT"}], "dependencies": {"b": "1"}}
            """,
            "node_modules/a/lib/package.json": '{"type": "module"}',
            "node_modules/a/node_modules/@s/b/package.json": """
            {"name": "@s/b", "version": "2.0.0", "scripts": {"postinstall": "x"}}
            """,
            "node_modules/alias/package.json": '{"name": "real", "version": "3.0.0"}',
            "node_modules/.pnpm/c@1/node_modules/c/package.json": '{"name": "c", "version": "1.0.0"}',
            "node_modules/broken/package.json": "{",
        }
    )
    found, missed = ask(root, InstalledPackages())

    assert {one.name: (one.version, dict(one.facts)) for one in found} == {
        "a": ("1.0.0", {}),
        "@s/b": ("2.0.0", {"scripts": "postinstall"}),
        "real": ("3.0.0", {"alias": "alias"}),
        "c": ("1.0.0", {}),
    }
    assert found[1].licences == ("MIT",) or found[0].licences == ("MIT",)
    assert [one.reason for one in missed] == ["malformed"]
