"""The tests repeat the tree of the source."""

from __future__ import annotations

from pathlib import Path

BESIDE = {"architecture", "corpora", "end_to_end", "fuzz", "training"}
"""Folders of tests that mirror no room."""


def _has_code(path: Path) -> bool:
    """Whether there is anything to test; the configuration's sections are tested all at once, by the test of their loading."""
    if path.name in {"__init__.py", "__main__.py"} or (
        path.parent.name == "config" and path.stem != "loading"
    ):
        return False
    return bool(path.read_text("utf-8").strip())


def test_every_module_has_its_test_file(root: Path, python_files: tuple[Path, ...]) -> None:
    """src/yanmen/ROOM/x.py is tested by tests/ROOM/test_x.py."""
    source = root / "src/yanmen"
    lacking = [
        path.relative_to(root).as_posix()
        for path in python_files
        if path.is_relative_to(source)
        and _has_code(path)
        and not (root / "tests" / path.relative_to(source).with_name(f"test_{path.name}")).is_file()
    ]

    assert lacking == []


def test_every_test_file_has_its_module(root: Path, python_files: tuple[Path, ...]) -> None:
    """A test of what is gone, or of what is elsewhere, is found. Many tests of x.py: test_x.py and test_x_WHAT.py."""
    tests = root / "tests"
    strays = [
        path.relative_to(root).as_posix()
        for path in python_files
        if path.is_relative_to(tests)
        and path.name.startswith("test_")
        and path.relative_to(tests).parts[0] not in BESIDE
        and not _mirrored(
            root / "src/yanmen" / path.relative_to(tests).parent, path.stem.removeprefix("test_")
        )
    ]

    assert strays == []


def _mirrored(folder: Path, name: str) -> bool:
    words = name.split("_")
    return any((folder / f"{'_'.join(words[:count])}.py").is_file() for count in range(1, len(words) + 1))


def test_tests_are_no_packages(root: Path) -> None:
    """Importlib import mode: helpers live in conftest.py."""
    assert list((root / "tests").rglob("__init__.py")) == []
