"""pnpm-lock.yaml of each version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.pnpm import Key, PnpmLock, key_of
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
FIVE = """
lockfileVersion: 5.4
specifiers: {a: ^1.0.0}
dependencies:
  a: 1.0.0_peer@9.9.9
devDependencies:
  '@s/t': 2.0.0
packages:
  /a/1.0.0_peer@9.9.9:
    resolution: {integrity: sha512-AAAA}
    dependencies: {b: 1.5.0, alias: /real/3.0.0}
    requiresBuild: true
  /@s/t/2.0.0:
    resolution: {integrity: sha512-AAAA}
    dev: true
  /b/1.5.0:
    resolution: {integrity: sha512-AAAA}
  /real/3.0.0:
    resolution: {integrity: sha512-AAAA}
  github.com/o/r/0123:
    name: forked
    version: 1.0.0
"""
SIX = """
lockfileVersion: '6.0'
importers:
  .:
    dependencies:
      a: {specifier: ^1.0.0, version: 1.0.0(peer@9.9.9)}
      own: {specifier: 'workspace:*', version: 'link:packages/own'}
  packages/own:
    devDependencies:
      '@s/t': {specifier: ^2, version: 2.0.0}
packages:
  /a@1.0.0(peer@9.9.9):
    resolution: {integrity: sha512-AAAA}
    dependencies: {b: 1.5.0, alias: /real@3.0.0}
  /@s/t@2.0.0:
    resolution: {integrity: sha512-AAAA}
    dev: true
  /b@1.5.0:
    resolution: {integrity: sha512-AAAA}
  /real@3.0.0:
    resolution: {integrity: sha512-AAAA}
"""
NINE = """
lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a: {specifier: ^1.0.0, version: 1.0.0(peer@9.9.9)}
    devDependencies:
      '@s/t': {specifier: ^2, version: 2.0.0}
packages:
  a@1.0.0:
    resolution: {integrity: sha512-AAAA}
  '@s/t@2.0.0':
    resolution: {integrity: sha512-AAAA}
  b@1.5.0:
    resolution: {integrity: sha512-AAAA}
  real@3.0.0:
    resolution: {integrity: sha512-AAAA}
snapshots:
  a@1.0.0(peer@9.9.9):
    dependencies: {b: 1.5.0, alias: real@3.0.0}
  '@s/t@2.0.0': {}
  b@1.5.0: {}
  real@3.0.0: {}
"""


@pytest.mark.parametrize("content", [FIVE, SIX, NINE])
def test_each_version_says_the_same(lay: Lay, ask: Ask, content: str) -> None:
    """Peers are no part of a version (cdxgen/cdxgen#669); scopes and what is asked for are told from the importers."""
    found, missed = ask(lay({"pnpm-lock.yaml": content}), PnpmLock())
    places = {one.purl: one for one in found if one.name != "forked"}

    assert missed == []
    assert {purl: (one.direct, one.scope) for purl, one in places.items()} == {
        "pkg:npm/a@1.0.0": (True, "run"),
        "pkg:npm/%40s/t@2.0.0": (True, "develop"),
        "pkg:npm/b@1.5.0": (False, "run"),
        "pkg:npm/real@3.0.0": (False, "run"),
    }
    assert places["pkg:npm/a@1.0.0"].needs == ("pkg:npm/b@1.5.0", "pkg:npm/real@3.0.0")
    assert all(one.hashes == {"sha512": "000000"} for one in places.values())


def test_lines_and_addresses(lay: Lay, ask: Ask) -> None:
    """A package of an address keeps the name it says."""
    found, _ = ask(lay({"pnpm-lock.yaml": FIVE}), PnpmLock())

    assert (found[0].where, found[0].facts) == ("pnpm-lock.yaml#L8", {"scripts": "install"})
    assert (found[4].purl, found[4].facts) == ("pkg:npm/forked@1.0.0", {"url": "https://github.com/o/r/0123"})


def test_keys() -> None:
    """Of each version, and with addresses."""
    assert key_of("a@https://host/a.tgz", old=False) == Key("a", "", "https://host/a.tgz")
    assert key_of("/@s/a@1.0.0", old=False) == Key("@s/a", "1.0.0")
    assert key_of("nonsense", old=False) == Key("nonsense", "")


def test_several_documents_and_none(lay: Lay, ask: Ask) -> None:
    """Pnpm 10 keeps its own tools in a first one."""
    found, missed = ask(
        lay({"pnpm-lock.yaml": f"---\n{NINE}---\nlockfileVersion: '9.0'\n---\n- x\n"}), PnpmLock()
    )

    assert len(found) == 4
    assert [one.reason for one in missed] == ["malformed"]
