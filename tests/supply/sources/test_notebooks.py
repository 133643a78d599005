"""Notebooks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.notebooks import Notebooks
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
BOOK = """
{
 "nbformat": 4,
 "cells": [
  {"cell_type": "markdown", "source": ["!pip install hidden"]},
  {"cell_type": "code", "source": [
    "%pip install -q flask==3.0 'requests>=2'\\n",
    "!pip3 install \\\\\\n",
    "  torch --index-url https://host/whl\\n",
    "print('!pip install hidden')\\n",
    "%matplotlib inline\\n",
    "!npm install -g left-pad@1.0.0"
  ]},
  {"cell_type": "code", "source": "%%bash\\nconda install -y numpy=1.26\\napt-get update && apt-get install -y curl=7.88\\n"},
  {"cell_type": "code", "source": "!pip install {name} git+https://host/x"}
 ]
}
"""


def test_what_cells_install(lay: Lay, ask: Ask) -> None:
    """Of lines and of cells of a shell, with the line of the file; not of texts and of strings."""
    found, missed = ask(lay({"a.ipynb": BOOK}), Notebooks())

    assert [(one.purl, one.how, one.where) for one in found] == [
        ("pkg:pypi/flask@3.0", "mentioned", "a.ipynb#L6"),
        ("pkg:pypi/requests", "mentioned", "a.ipynb#L6"),
        ("pkg:pypi/torch", "mentioned", "a.ipynb#L7"),
        ("pkg:npm/left-pad@1.0.0", "mentioned", "a.ipynb#L11"),
        ("pkg:conda/numpy@1.26", "mentioned", "a.ipynb#L13"),
        ("pkg:deb/curl@7.88", "mentioned", "a.ipynb#L13"),
        ("pkg:generic/x?vcs_url=https://host/x", "mentioned", "a.ipynb#L14"),
    ]
    assert [one.reason for one in missed] == ["not-checked", "not-checked"]


def test_older_notebooks_and_none(lay: Lay, ask: Ask) -> None:
    """Format 3 keeps cells in sheets."""
    root = lay(
        {
            "a.ipynb": '{"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["!pip install six"]}]}]}',
            "b.ipynb": "{}",
            "c.ipynb": "{",
            "d.ipynb": '{"nbformat": 4, "cells": [1, {"cell_type": "code", "source": [1]}]}',
        }
    )
    found, missed = ask(root, Notebooks())

    assert [one.purl for one in found] == ["pkg:pypi/six"]
    assert [(one.where.part, one.reason) for one in missed] == [
        ("b.ipynb", "malformed"),
        ("c.ipynb", "malformed"),
    ]
