"""The project's own sources."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from yanmen.supply.reach.own import Sources, notebook

Project = Callable[[Mapping[str, str]], Path]


def test_a_source_has_every_name_it_may_be_imported_by(project: Project) -> None:
    """From its package's folder, from ``src``, from the root."""
    sources = Sources(
        project({"src/pkg/__init__.py": "", "src/pkg/a.py": "", "space/b.py": "", "not-a-name/c.py": ""})
    )

    assert {path: one.names for path, one in sources.sources.items()} == {
        "not-a-name/c.py": ("c",),
        "space/b.py": ("b", "space.b"),
        "src/pkg/__init__.py": ("pkg", "src.pkg"),
        "src/pkg/a.py": ("pkg.a", "src.pkg.a"),
    }
    assert "space" in sources.spaces


def test_of_two_with_one_name_the_nearer_is_meant(project: Project) -> None:
    """As a script finds what lies beside it."""
    sources = Sources(project({"one/tool.py": "", "one/app.py": "", "two/tool.py": "", "two/app.py": ""}))
    found = sources.find("tool", "two/app.py")

    assert found is not None
    assert found.path == "two/tool.py"
    assert sources.find("absent") is None


def test_what_is_installed_is_not_the_projects(project: Project) -> None:
    """Nor is a virtual environment under any name."""
    files = {
        "app.py": "",
        "node_modules/x/setup.py": "",
        "lib/site-packages/y.py": "",
        "env-3/pyvenv.cfg": "",
        "env-3/bin/z.py": "",
    }

    assert list(Sources(project(files)).sources) == ["app.py"]


def test_tests_are_known_by_their_place_or_name(project: Project) -> None:
    """As runners find them."""
    files = {
        "tests/a.py": "",
        "b_test.py": "",
        "test_c.py": "",
        "conftest.py": "",
        "contest.py": "",
        "latest/d.py": "",
    }
    sources = Sources(project(files)).sources

    assert {path for path, one in sources.items() if one.is_test} == {
        "tests/a.py",
        "b_test.py",
        "test_c.py",
        "conftest.py",
    }


def _book(*cells: str) -> str:
    return json.dumps(
        {"cells": [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]}
    )


def test_a_notebooks_cells_are_one_source() -> None:
    """Commands and questions are left out, what is broken is code that nobody can follow."""
    code, places = notebook(
        _book("import a\n%matplotlib inline\na.b?", "%%bash\npip install x", "def (", "if True:\n    !ls\n")
    )

    assert code.splitlines() == [
        "import a",
        "pass",
        "pass",
        "",
        "",
        "exec(unread_cell)",
        "if True:",
        "    pass",
    ]
    assert places[3:6] == [(2, 1), (2, 2), (3, 1)]


def test_a_notebook_that_is_none_is_unread(project: Project) -> None:
    """Its line is the file."""
    source = Sources(project({"a.ipynb": "{"})).sources["a.ipynb"]

    assert source.place(3) == "a.ipynb"
