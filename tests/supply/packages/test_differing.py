"""What is new."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.core.nouns import Finding
from yanmen.supply.packages.differing import compare
from yanmen.supply.packages.package import Package

Make = Callable[..., Package]


def _said(old: Package, new: Package) -> list[str]:
    return [f"{one.rule.id} {one.evidence}" for one in compare(old, new) if isinstance(one, Finding)]


def test_a_new_hook_and_a_new_connection_are_named(make: Make) -> None:
    """A script of npm that the last release had not; sending that the wheel does and its source does not."""
    old, new = (
        make({"index.js": ""}, "npm"),
        make({"index.js": "", "x.js": ""}, "npm", scripts={"postinstall": "node x.js"}),
    )
    calm, loud = (
        make({"a/__init__.py": "x = 1"}, "sdist"),
        make({"a/__init__.py": "import os\nos.system('true')"}),
    )

    assert any("a new hook, script: postinstall: node x.js" in one for one in _said(old, new))
    assert any("os.system runs command" in one for one in _said(calm, loud))


def test_files_and_programs_that_were_not_there(make: Make) -> None:
    """A program weighs more than a module."""
    found = _said(make({"a.py": ""}), make({"a.py": "", "b.py": "", "c": b"\x7fELF"}))

    assert "package.differs-files a file of code that was not there" in found


def test_the_same_is_no_difference(make: Make) -> None:
    """Also where a source tree keeps its code under src/."""
    assert _said(make({"src/a.py": "x = 1"}, "sdist"), make({"a.py": "x = 1"})) == []
