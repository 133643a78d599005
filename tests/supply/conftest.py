"""A small project as users have them: a manifest, code, a folder of models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from yanmen.core.clock import SECOND
from yanmen.core.nouns import Unexamined
from yanmen.intel.advisories import Advisories
from yanmen.supply.extractor import Extractor
from yanmen.supply.inventory import inventory
from yanmen.supply.targets import Component

EVIL = b"cos\nsystem\n(S'id'\ntR."
"""Runs ``id`` where it is loaded; it is not."""
SAFE = b"\x80\x04}\x94\x8c\x01a\x94K\x01s."
"""``{"a": 1}``."""
DAY = 1_784_764_800 * SECOND
"""2026-07-23: the day of the shipped feed."""

Lay = Callable[[dict[str, str | bytes]], Path]
Said = tuple[list[Component], list[Unexamined]]
Ask = Callable[..., Said]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What is vulnerable, called, poisoned, safe and unknown in one folder."""
    root = tmp_path / "project"
    (root / "models").mkdir(parents=True)
    (root / "requirements.txt").write_text("jinja2==2.4.1\npyyaml==5.3\n", "utf-8")
    (root / "app.py").write_text("import yaml\n\nprint(yaml.load(open('x')))\n", "utf-8")
    (root / "models" / "evil.pkl").write_bytes(EVIL)
    (root / "models" / "good.pkl").write_bytes(SAFE)
    return root


@pytest.fixture
def advisories() -> Iterator[Advisories]:
    """The shipped feeds, on the day of their newest record: not stale yet."""
    with Advisories.open(None, clock=lambda: DAY) as known:
        yield known


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Write files below a folder of the test's own; texts may be indented."""

    def laid(files: dict[str, str | bytes]) -> Path:
        root = tmp_path / "project"
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode())
        return root

    return laid


@pytest.fixture
def ask() -> Ask:
    """What a reader says of a folder, or what all of them say: components, and what could not be judged."""

    def asked(root: Path, reader: Extractor | None = None) -> Said:
        found = list(reader.targets(str(root)) if reader else inventory(root))
        components = [one for one in found if isinstance(one, Component)]
        return components, [one for one in found if isinstance(one, Unexamined)]

    return asked
