"""Gemfile.lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.ruby import GemfileLock
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
LOCK = """
GIT
  remote: https://u:secret@host/x.git
  revision: ab
  specs:
    forked (1.0)

PATH
  remote: .
  specs:
    mine (0.1)

GEM
  remote: https://host/
  specs:
    rack (3.0.0)
    rails (7.0.1)
      rack (>= 2)
      zeitwerk

DEPENDENCIES
  forked!
  rails (~> 7)

CHECKSUMS
  rack (3.0.0) sha256=abababababababababababababababababababababababababababababababab
"""


def test_a_hundred_thousand_gems(lay: Lay, ask: Ask) -> None:
    """Are read once: else this would take hours."""
    root = lay({"Gemfile.lock": "GEM\n  specs:\n" + "    a (1)\n" * 100_000})

    assert len(ask(root, GemfileLock())[0]) == 100_000


def test_what_is_locked(lay: Lay, ask: Ask) -> None:
    """With needs and checksums; the project's own is none."""
    found, missed = ask(lay({"Gemfile.lock": LOCK}), GemfileLock())

    assert missed == []
    assert [(one.purl, one.direct, one.where) for one in found] == [
        ("pkg:gem/forked@1.0", True, "Gemfile.lock#L5"),
        ("pkg:gem/rack@3.0.0", False, "Gemfile.lock#L15"),
        ("pkg:gem/rails@7.0.1", True, "Gemfile.lock#L16"),
    ]
    assert found[0].facts == {"url": "https://host/x.git"}
    assert found[1].hashes == {"sha256": "ab" * 32}
    assert found[2].needs == ("pkg:gem/rack", "pkg:gem/zeitwerk")
