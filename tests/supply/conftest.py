"""Folders laid out for a test, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from yanmen.core.nouns import Unexamined
from yanmen.supply.extractor import Extractor
from yanmen.supply.inventory import inventory
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Said = tuple[list[Component], list[Unexamined]]
Ask = Callable[..., Said]


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
