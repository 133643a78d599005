"""composer.lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.composer import ComposerLock
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
LOCK = """
{
  "packages": [
    {
      "name": "A/b", "version": "v1.2.0", "license": ["MIT"],
      "require": {"php": ">=8", "ext-json": "*", "c/d": "^1"}
    },
    {"name": "c/d", "version": "1.0.0", "dist": {"shasum": "abababababababababababababababababababab"}}
  ],
  "packages-dev": [{"name": "e/f", "version": "2.0"}, {"version": "1"}]
}
"""


def test_what_is_locked(lay: Lay, ask: Ask) -> None:
    """PHP and its extensions are none of it."""
    found, missed = ask(lay({"composer.lock": LOCK}), ComposerLock())

    assert [(one.purl, one.scope) for one in found] == [
        ("pkg:composer/a/b@1.2.0", "run"),
        ("pkg:composer/c/d@1.0.0", "run"),
        ("pkg:composer/e/f@2.0", "develop"),
    ]
    assert (found[0].needs, found[0].licences, found[0].where) == (
        ("pkg:composer/c/d",),
        ("MIT",),
        "composer.lock#L4",
    )
    assert found[1].hashes == {"sha1": "ab" * 20}
    assert [one.reason for one in missed] == ["malformed"]
