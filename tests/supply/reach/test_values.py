"""What a string may be."""

from __future__ import annotations

import ast
import textwrap

import pytest

from yanmen.supply.reach.facts import NAME, PACKAGE, UNKNOWN, Value
from yanmen.supply.reach.reading import Reader
from yanmen.supply.reach.values import argument, called, elements, string


def _asked(text: str) -> Value:
    """Of the argument of the first call of ``ask``."""
    reader = Reader()
    reader.walk(ast.parse(textwrap.dedent(text)))
    reader.bindings.close()
    (call, scope) = next(one for one in reader.calls if called(one[0].func) == "ask")
    return string(call.args[0], reader.bindings, scope)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ask('a.b')", Value(exact=("a.b",))),
        ("x = 'a'\nask(x + '.b')", Value(exact=("a.b",))),
        ("ask('a' if y else 'b')", Value(exact=("a", "b"))),
        ("ask(f'{__name__}.{x}')", Value(beginnings=(f"{NAME}.",))),
        ("ask(__package__)", Value(exact=(PACKAGE,))),
        ("ask('plug_%s' % x)", Value(beginnings=("plug_",))),
        ("ask('a.{}'.format(x))", Value(beginnings=("a.",))),
        ("ask('.'.join(['a', 'b']))", Value(exact=("a.b",))),
        ("T = {'k': 'a', 'l': 'b'}\ndef f(k):\n    ask(T[k])", Value(exact=("a", "b"))),
        ("T = {'k': ('a', 'n')}\nask(T.get(k, 'c'))", Value(exact=("a", "n", "c"))),
        ("a, b = 'x', 'y'\nask(b)", Value(exact=("y",))),
        (
            "T = {'k': (__spec__.parent, '.m')}\ndef f(k):\n    p, m = T[k]\n    ask(m)",
            Value(exact=(PACKAGE, ".m")),
        ),
        ("T = {}\nT['k'] = 'a'\nask(T[k])", Value(exact=("a",))),
        ("T = ['a']\ndef f():\n    T.append('b')\nfor x in T:\n    ask(x)", Value(exact=("a", "b"))),
        ("for k, v in {'k': 'a'}.items():\n    ask(v)", Value(exact=("a", "k"))),
        ("[ask(x) for x in sorted(('a', 'b'))]", Value(exact=("a", "b"))),
        ("for m in pkgutil.walk_packages(path, 'own.'):\n    ask(m.name)", Value(beginnings=("own.",))),
        ("def f(name):\n    ask(name)", Value(parameters=("name",))),
        ("def f(name='d'):\n    ask(name)", Value(exact=("d",), parameters=("name",))),
    ],
)
def test_what_is_written_nearby_is_known(text: str, value: Value) -> None:
    """Constants, tables, what begins in a known way, what the caller gives."""
    assert _asked(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "ask(os.environ['X'])",
        "ask(x)",
        "with open(f) as x:\n    ask(x)",
        "x = 'a'\nx = input()\nask(x)",
        "x = 'a'\nfor x in read():\n    ask(x)",
        "x = 'a'\ntry:\n    pass\nexcept E as x:\n    ask(x)",
        "T = {'k': 'a'}\nT.update(load())\nask(T['k'])",
        "def f(name):\n    def g():\n        ask(name)",
        "x = x + 'a'\nask(x)",
        "a, b = read()\nask(b)",
        "(a, *b) = 'x', 'y'\nask(b)",
        "for m in pkgutil.walk_packages(path):\n    ask(m.name)",
        "def f():\n    global x\n    x = input()\nx = 'a'\nask(x)",
        "ask('%s.a' % x)",
    ],
)
def test_what_comes_from_elsewhere_is_unknown(text: str) -> None:
    """Also where one of several bindings does."""
    assert _asked(text).unknown


def test_no_collection_is_unknown() -> None:
    """Nothing given, nothing known."""
    assert elements(None, Reader().bindings, 0) == UNKNOWN


def test_an_argument_is_found_by_place_or_by_name() -> None:
    """Not behind a star."""
    call = ast.parse("f(1, b=2)").body[0].value  # type: ignore[attr-defined]
    starred = ast.parse("f(*x, 1)").body[0].value  # type: ignore[attr-defined]

    assert isinstance(argument(call, 0), ast.Constant)
    assert isinstance(argument(call, 1, "b"), ast.Constant)
    assert argument(starred, 1) is None
