"""Who may import whom."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path


def test_the_import_contracts_hold(root: Path, tmp_path: Path) -> None:
    """As import-linter reads them in pyproject.toml."""
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    line = [sys.executable, "-c", code, "--no-logo", "--cache-dir", str(tmp_path)]
    done = subprocess.run(line, cwd=root, capture_output=True, text=True, timeout=300, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_stands_in_the_layers(root: Path) -> None:
    """A folder that is not listed is no room."""
    settings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    (layers,) = [each for each in settings["tool"]["importlinter"]["contracts"] if each["id"] == "layers"]
    listed = {name.strip(" ()") for layer in layers["layers"] for name in layer.split("|")}
    rooms = {path.parent.name for path in (root / "src/yanmen").glob("*/__init__.py")}

    assert rooms <= listed
    assert {path.parent.name for path in (root / "src/yanmen").glob("*/*.py")} == rooms


def test_broad_excepts_stand_where_the_architecture_says(root: Path) -> None:
    """``except Exception`` hides bugs: three places may have it. One that raises again in its last line hides none."""
    allowed = {
        "core",
        "guard",
        "soc",
        "gateway",
    }  # the runners of detectors and checks, the job loop, the door's shell
    source = root / "src/yanmen"
    found = [
        f"{path.relative_to(source)}:{node.lineno}"
        for path in sorted(source.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler) and _broad(node) and not isinstance(node.body[-1], ast.Raise)
    ]

    assert {place.partition("/")[0] for place in found} <= allowed, found


def _broad(node: ast.ExceptHandler) -> bool:
    names = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(
        name is None or (isinstance(name, ast.Name) and name.id in {"Exception", "BaseException"})
        for name in names
    )


def test_nothing_is_read_over_the_network_by_a_detector(root: Path) -> None:
    """urllib.parse may be imported, urllib.request may not: a difference that import-linter does not see."""
    found = [
        path.relative_to(root).as_posix()
        for path in sorted((root / "src/yanmen").glob("*/detectors/**/*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("urllib.request"))
        or (
            isinstance(node, ast.Import)
            and any(name.name.startswith("urllib.request") for name in node.names)
        )
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open")
    ]

    assert found == []
