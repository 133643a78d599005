"""yarn.lock of both forms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.yarn import YarnLock, split
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
ONE = """
# yarn lockfile v1


"@s/t@^2.0.0", "@s/t@^2.1.0":
  version "2.1.0"
  resolved "https://host/t.tgz#ab"
  integrity sha512-AAAA
  dependencies:
    b "^1.0.0"
    c "*"

b@^1.0.0:
  version "1.5.0"
  resolved "git+https://u:secret@host/b.git#00"

"alias@npm:real@^3.0.0":
  version "3.0.0"
"""
FOUR = """
__metadata:
  version: 8

"@s/t@npm:^2.0.0, @s/t@npm:^2.1.0":
  version: 2.1.0
  resolution: "@s/t@npm:2.1.0"
  dependencies:
    b: "npm:^1.0.0"
    c: "*"
  checksum: 10c0/%s
  languageName: node
  linkType: hard

"b@npm:^1.0.0":
  version: 1.5.0
  resolution: "b@npm:1.5.0"

"mine@workspace:.":
  version: 0.0.0-use.local
  resolution: "mine@workspace:."
  dependencies:
    "@s/t": "npm:^2.0.0"
  linkType: soft
""" % ("ab" * 64)  # braces are YAML's


def test_yarn_1(lay: Lay, ask: Ask) -> None:
    """Ranges resolve to versions."""
    found, missed = ask(lay({"yarn.lock": ONE}), YarnLock())

    assert missed == []
    assert [(one.purl, one.where) for one in found] == [
        ("pkg:npm/%40s/t@2.1.0", "yarn.lock#L4"),
        ("pkg:npm/b@1.5.0", "yarn.lock#L12"),
        ("pkg:npm/real@3.0.0", "yarn.lock#L16"),
    ]
    assert (found[0].needs, found[0].hashes) == (("pkg:npm/b@1.5.0", "pkg:npm/c"), {"sha512": "000000"})
    assert found[1].facts == {"url": "git+https://host/b.git"}


def test_later_yarn(lay: Lay, ask: Ask) -> None:
    """Workspaces are projects; its checksum is of yarn's own file and is no digest of the package."""
    found, missed = ask(lay({"yarn.lock": FOUR}), YarnLock())

    assert missed == []
    assert [(one.purl, one.ecosystem) for one in found] == [
        ("pkg:npm/%40s/t@2.1.0", "npm"),
        ("pkg:npm/b@1.5.0", "npm"),
        ("pkg:npm/mine", ""),
    ]
    assert found[0].needs == ("pkg:npm/b@1.5.0", "pkg:npm/c")
    assert (found[0].hashes, found[0].facts) == ({}, {"checksum": "ab" * 64})
    assert found[2].needs == ("pkg:npm/%40s/t@2.1.0",)


def test_what_is_none(lay: Lay, ask: Ask) -> None:
    """Is said; an empty one is empty."""
    assert ask(lay({"yarn.lock": "# yarn lockfile v1\n"}), YarnLock()) == ([], [])
    assert [one.reason for one in ask(lay({"yarn.lock": "a b c:\n"}), YarnLock())[1]] == ["malformed"]


def test_names_and_ranges() -> None:
    """Of aliases what they stand for."""
    assert [split(one) for one in ("a@^1", "@s/a@npm:1", "x@npm:@s/a@^2", "a")] == [
        ("a", "^1"),
        ("@s/a", "npm:1"),
        ("@s/a", "^2"),
        ("a", ""),
    ]
