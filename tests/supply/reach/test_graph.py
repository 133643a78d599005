"""The graph of modules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.supply.reach.environment import Environment
from yanmen.supply.reach.graph import Graph
from yanmen.supply.reach.kept import Memory
from yanmen.supply.reach.own import Sources

Project = Callable[[Mapping[str, str]], Path]


def _graph(root: Path) -> Graph:
    graph = Graph(Sources(root), Environment(()), Memory(), seconds=60)
    graph.spread([graph.sources.sources["m0.py"]], (), 0)
    return graph


def test_relative_imports_lead_where_python_leads_them(project: Project) -> None:
    """Up as many packages as there are dots, and nowhere beyond the top."""
    files = {
        "m0.py": "import pkg.sub.a\n",
        "pkg/__init__.py": "",
        "pkg/b.py": "",
        "pkg/sub/__init__.py": "from . import c\n",
        "pkg/sub/a.py": "from ..b import x\nfrom .... import beyond\nfrom . import c\n",
        "pkg/sub/c.py": "",
    }

    assert set(_graph(project(files)).steps) == set(files)


def test_modules_that_import_each_other_end(project: Project) -> None:
    """The trail is the shortest way, once."""
    graph = _graph(project({"m0.py": "import m1\n", "m1.py": "import m2, m0\n", "m2.py": "import m1\n"}))

    assert graph.trail("m2.py") == ("m0.py#L1 → m1", "m1.py#L1 → m2")


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=24))
@settings(max_examples=40, deadline=None)
def test_what_is_reached_is_the_closure_by_the_shortest_way(
    tmp_path_factory: pytest.TempPathFactory, edges: list[tuple[int, int]]
) -> None:
    """As a plain breadth-first search says."""
    root = tmp_path_factory.mktemp("graph")
    for number in range(8):
        imports = "".join(f"import m{end}\n" for start, end in edges if start == number)
        (root / f"m{number}.py").write_text(imports, "utf-8")
    graph = _graph(root)
    expected = _distances(edges)

    assert {path: len(graph.trail(path)) for path in graph.steps} == {
        f"m{one}.py": count for one, count in expected.items()
    }


def _distances(edges: list[tuple[int, int]]) -> dict[int, int]:
    found, count = {0: 0}, 0
    while new := {end for start, end in edges if found.get(start) == count and end not in found}:
        count += 1
        found |= dict.fromkeys(new, count)
    return found
