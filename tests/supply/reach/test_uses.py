"""Where a known name is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from yanmen.supply.reach.environment import Environment
from yanmen.supply.reach.graph import Graph
from yanmen.supply.reach.kept import Memory
from yanmen.supply.reach.own import Sources
from yanmen.supply.reach.uses import Uses

Project = Callable[[Mapping[str, str]], Path]


def _found(root: Path, *symbols: str) -> list[tuple[str, int]]:
    sources = Sources(root)
    graph = Graph(sources, Environment(()), Memory(), seconds=60)
    graph.spread(sources.sources.values(), (), 0)
    return [(one.key, one.line) for one in Uses(graph).of(symbols, "kit")]


@pytest.mark.parametrize(
    "code",
    [
        "import kit\nkit.io.load(x)",
        "import kit.io as i\ni.load(x)",
        "from kit import io\nio.load",
        "from kit.io import load as l\nl(x)",
        "from kit.io import *\nload(x)",
        "import kit.io\ngetattr(kit.io, 'load')(x)",
        "from kit import io\nio.load.with_options(1)",
    ],
)
def test_a_name_is_known_however_it_is_bound(project: Project, code: str) -> None:
    """Each way of importing."""
    assert _found(project({"app.py": code + "\n"}), "kit.io.load") == [("app.py", 2)]


@pytest.mark.parametrize(
    "code", ["from other import load\nload(x)", "import kit\nkit.io.loads(x)", "load = 1\nprint(load)"]
)
def test_another_of_the_same_name_is_another(project: Project, code: str) -> None:
    """It is of another module, or longer."""
    assert _found(project({"app.py": code + "\n"}), "kit.io.load") == []


def test_a_name_that_modules_hand_on_is_the_same(project: Project) -> None:
    """Through a package's own front, renamed, and through a star; a circle ends."""
    files = {
        "app.py": "from front import read\nread(x)\n",
        "front/__init__.py": "from .inner import read\n",
        "front/inner.py": "from front.star import pull as read\n",
        "front/star.py": "from kit.io import load as pull\n",
        "circle.py": "from circle import load\nload(x)\n",
    }

    assert _found(project(files), "kit.io.load") == [("app.py", 2)]


def test_a_method_is_found_by_its_name_where_its_class_is_used(project: Project) -> None:
    """And nowhere else."""
    files = {
        "app.py": "from kit import Request\ndef f(r: int):\n    Request(r)\n    return r.form()\n",
        "b.py": "def g(r):\n    return r.form()\n",
    }

    assert _found(project(files), "kit.Request#form") == [("app.py", 4)]
