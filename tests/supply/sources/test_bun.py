"""bun.lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.bun import BunLock
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
LOCK = """
{
  "lockfileVersion": 1,
  // written by bun
  "workspaces": {
    "": {"name": "mine", "dependencies": {"a": "^1"}, "devDependencies": {"b": "^2"}},
  },
  "packages": {
    "a": ["a@1.0.0", "", {"dependencies": {"b": "^1", "alias": "1"}}, "sha512-AAAA"],
    "a/b": ["b@1.5.0", "", {}, "sha512-AAAA"],
    "alias": ["@s/real@3.0.0", "", {}, "sha512-AAAA"],
    "b": ["b@2.0.0", "", {}, "sha512-AAAA"],
    "forked": ["forked@github:o/r#ab", {}, "o-r-ab"],
    "own": ["own@workspace:packages/own"],
    "": [],
  },
}
"""


def test_what_is_locked(lay: Lay, ask: Ask) -> None:
    """Needs go to the nearest."""
    found, missed = ask(lay({"bun.lock": LOCK}), BunLock())

    assert [(one.purl, one.direct, one.scope) for one in found] == [
        ("pkg:npm/a@1.0.0", True, "run"),
        ("pkg:npm/b@1.5.0", False, "run"),
        ("pkg:npm/%40s/real@3.0.0", False, "run"),
        ("pkg:npm/b@2.0.0", True, "develop"),
        ("pkg:npm/forked", False, "run"),
        ("pkg:npm/own", None, "run"),
    ]
    assert found[0].needs == ("pkg:npm/%40s/real@3.0.0", "pkg:npm/b@1.5.0")
    assert (found[0].where, found[0].hashes) == ("bun.lock#L8", {"sha512": "000000"})
    assert [one.reason for one in missed] == ["malformed"]


def test_the_binary_form_is_said(lay: Lay, ask: Ask) -> None:
    """With what to do."""
    (missed,) = ask(lay({"bun.lockb": b"x"}), BunLock())[1]

    assert (missed.reason, "--save-text-lockfile" in missed.detail) == ("unsupported", True)
