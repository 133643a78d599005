"""packages.lock.json."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.nuget import NugetLock
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
LOCK = """
{
  "version": 1,
  "dependencies": {
    "net8.0": {
      "A": {
        "type": "Direct", "requested": "[1.0.0, )", "resolved": "1.0.1", "contentHash": "AAAA",
        "dependencies": {"B": "2.0.0"}
      },
      "B": {"type": "Transitive", "resolved": "2.0.0"},
      "own": {"type": "Project"},
      "": {"type": "Direct"}
    }
  }
}
"""


def test_what_is_locked(lay: Lay, ask: Ask) -> None:
    """Of each framework; projects of the solution are none."""
    found, missed = ask(lay({"packages.lock.json": LOCK}), NugetLock())

    assert [(one.purl, one.direct, one.where) for one in found] == [
        ("pkg:nuget/A@1.0.1", True, "packages.lock.json#L5"),
        ("pkg:nuget/B@2.0.0", False, "packages.lock.json#L9"),
    ]
    assert (found[0].hashes, found[0].needs) == ({"sha512": "000000"}, ("pkg:nuget/B@2.0.0",))
    assert [one.reason for one in missed] == ["malformed"]
