"""What plug-ins look at, read from the text of their modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmen.core import declarations

BASE = """
class Base(Detector[Text]):
    pass
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder of modules."""
    folder = tmp_path / "house"
    (folder / "room" / "detectors").mkdir(parents=True)
    (folder / "room" / "__init__.py").write_text("raise RuntimeError('loaded')")
    (folder / "room" / "base.py").write_text(BASE)
    return folder


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("class A(Detector[Table]):\n  pass", {"Table"}),
        ("class A(Source[Blob], Other):\n  pass", {"Blob"}),
        ("from yanmen.room.base import Base\nclass A(Base):\n  pass", {"Text"}),
        (
            "from yanmen.room.base import (\n    Base,\n)\nclass B(Base):\n  pass\nclass A(B):\n  pass",
            {"Text"},
        ),
        ("class B(Detector[Table]):\n  pass\nclass A(Detector[Text], B):\n  pass", {"Table", "Text"}),
        ("class Point(NamedTuple):\n  x: int", set()),
        ("from elsewhere import Base\nclass A(Base):\n  pass", set()),
        ('"""class A(Detector[Table]): is no class here"""', set()),
    ],
)
def test_a_declaration_is_read(house: Path, text: str, said: set[str]) -> None:
    """Of the class itself, of a base beside it, and of a base of another module; nothing is loaded."""
    (house / "room" / "detectors" / "one.py").write_text(text)

    assert declarations.targets("yanmen.room.detectors.one", house) == said


def test_modules_are_found_without_loading(house: Path) -> None:
    """In sorted order, packages by their own names."""
    assert list(declarations.modules(house, "yanmen")) == ["yanmen.room", "yanmen.room.base"]
