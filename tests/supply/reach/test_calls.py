"""Which calls import what."""

from __future__ import annotations

import pytest

from yanmen.supply.reach.facts import NAME, Dynamic, Value
from yanmen.supply.reach.reading import read


def _only(text: str) -> Dynamic:
    (found,) = read(text.encode()).dynamics
    return found


@pytest.mark.parametrize(
    ("text", "how", "value"),
    [
        ("import_module('a.b')", "import", Value(exact=("a.b",))),
        ("importlib.import_module(name=x)", "import", Value(unknown=True)),
        ("__import__('a')", "import", Value(exact=("a",))),
        ("entry_points(group='g')", "entries", Value(exact=("g",))),
        ("entry_points()", "entries", Value(unknown=True)),
        ("iter_entry_points('g')", "entries", Value(exact=("g",))),
        ("exec(text)", "run", Value(unknown=True)),
        ("runpy.run_path(p)", "run", Value(unknown=True)),
        (
            "S = {'models.bert': ['B']}\n_LazyModule(__name__, f, S)",
            "table",
            Value(exact=(f"{NAME}.models.bert", f"{NAME}.B")),
        ),
        ("lazy.attach_stub(__name__, __file__)", "table", Value(beginnings=(f"{NAME}.",))),
    ],
)
def test_a_call_that_imports_is_known_by_its_name(text: str, how: str, value: Value) -> None:
    """And by what it is given."""
    found = _only(text)

    assert (found.how, found.value) == (how, value)


def test_what_runs_a_constant_runs_nothing_unknown() -> None:
    """Nor does a method that is called exec."""
    assert read(b"exec('x = 1')\ncursor.exec(sql)\n").dynamics == ()


def test_a_helper_is_known_with_the_place_of_its_parameter() -> None:
    """``self`` is not counted."""
    function = _only("def load(kind, name):\n    return import_module(name)\n")
    method = _only("class A:\n    def load(self, name):\n        return import_module(name)\n")

    assert (function.function, function.method, function.position) == ("load", False, 1)
    assert (method.function, method.method, method.position) == ("load", True, 0)


def test_a_relative_name_keeps_its_package() -> None:
    """For whoever puts them together."""
    assert _only("import_module('.a', package=__name__)").package == Value(exact=(NAME,))
