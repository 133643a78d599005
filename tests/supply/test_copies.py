"""Source that was copied from what is installed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

from yanmen.supply.inventory import inventory
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
SITE = ".venv/lib/python3.11/site-packages"


def _source(number: int) -> bytes:
    return b"# module %d\n" % number * 60


def _record(*paths: tuple[str, bytes]) -> str:
    rows = []
    for path, data in paths:
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
        rows.append(f"{path},sha256={digest},{len(data)}")
    return "\n".join(rows)


def _found(root: Path) -> list[Component]:
    return [one for one in inventory(root) if isinstance(one, Component) and one.how == "vendored"]


def test_a_copy_is_recognised_by_its_files(lay: Lay) -> None:
    """Under other names, in other folders; a file that was changed is not counted."""
    files = [(f"lib/m{n}.py", _source(n)) for n in range(5)]
    root = lay(
        {
            f"{SITE}/lib-1.0.dist-info/METADATA": "Name: lib\nVersion: 1.0\n",
            f"{SITE}/lib-1.0.dist-info/RECORD": _record(*files),
            "src/third/a.py": _source(0),
            "src/third/b.py": _source(1),
            "src/third/c.py": _source(2),
            "src/third/d.py": _source(3) + b"changed",
            "src/own.py": b"# own\n" * 200,
        }
    )
    (found,) = _found(root)

    assert (found.purl, found.where) == ("pkg:pypi/lib@1.0", "src/third/a.py")
    assert found.facts == {
        "copied": "3 of 5 files are the same",
        "files": "src/third/a.py src/third/b.py src/third/c.py",
    }


def test_too_little_is_no_copy(lay: Lay) -> None:
    """Nor is what two packages share."""
    shared = _source(9)
    others = [(f"a/{n}.py", _source(n)) for n in range(1, 4)]
    root = lay(
        {
            f"{SITE}/a-1.dist-info/RECORD": _record(("a/x.py", shared), *others),
            f"{SITE}/b-1.dist-info/RECORD": _record(("b/x.py", shared)),
            "src/x.py": shared,
            "src/y.py": _source(1),
            "src/z.py": _source(2),
        }
    )

    assert _found(root) == []
