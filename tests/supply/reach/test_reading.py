"""Reading one source."""

from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.supply.reach.facts import Facts
from yanmen.supply.reach.reading import LARGEST, read


def _read(text: str) -> Facts:
    return read(textwrap.dedent(text).encode())


def test_imports_are_found_wherever_they_stand() -> None:
    """In functions, in classes, under conditions."""
    facts = _read("""
        import a.b
        import c.d as e
        from f import g as h, i
        from .j import k
        def function():
            from l import m
        class C:
            if True:
                import n
    """)
    found = [(one.module, one.level, one.names, one.bound, one.line) for one in facts.imports]

    assert found == [
        ("a.b", 0, (), ("a",), 2),
        ("c.d", 0, (), ("e",), 3),
        ("f", 0, ("g", "i"), ("h", "i"), 4),
        ("j", 1, ("k",), ("k",), 5),
        ("l", 0, ("m",), ("m",), 7),
        ("n", 0, (), ("n",), 10),
    ]


def test_what_only_a_type_checker_sees_is_no_import() -> None:
    """The other branch is."""
    facts = _read("""
        if TYPE_CHECKING:
            import a
        else:
            import b
        if typing.TYPE_CHECKING:
            import c
    """)

    assert [one.module for one in facts.imports] == ["b"]


def test_an_import_whose_failing_is_caught_is_marked() -> None:
    """And so is what stands in for it; what is in a ``finally`` is not."""
    facts = _read("""
        try:
            import a
        except ImportError:
            import b
        finally:
            import c
        try:
            import d
        except KeyError:
            pass
    """)

    assert {one.module: one.tried for one in facts.imports} == {"a": True, "b": True, "c": False, "d": False}


def test_uses_of_imported_names_are_kept_with_their_line() -> None:
    """By the name they have here; ``getattr`` with a constant is one; what is bound by nothing imported is none."""
    facts = _read("""
        import numpy as np
        from yaml import load as read
        def f(x):
            return read(np.lib.npyio.load(x), getattr(np, "save"))
        other.thing()
    """)

    assert {(one.dotted, one.line) for one in facts.uses} >= {
        ("read", 5),
        ("np.lib.npyio.load", 5),
        ("np.save", 5),
    }
    assert not any(one.dotted.startswith("other") for one in facts.uses)


def test_scopes_say_which_may_run_unnamed() -> None:
    """Decorated ones, special methods, and methods that a base class may call."""
    facts = _read("""
        def plain(): pass
        @app.get("/")
        def decorated(): pass
        class A:
            def method(self): pass
            def __call__(self): pass
        class B(Handler):
            def emit(self): pass
        async def later(): lambda: plain
    """)
    free = {scope.name: scope.free for scope in facts.scopes}

    assert free == {
        "": True,
        "plain": False,
        "decorated": True,
        "method": False,
        "__call__": True,
        "emit": True,
        "later": False,
    }
    assert "plain" in next(scope.mentions for scope in facts.scopes if scope.name == "later")


def test_what_a_star_may_take_is_no_mention() -> None:
    """``__all__`` names what others may use, not what is used; a string elsewhere may be a name somebody asks for."""
    facts = _read("""
        __all__ = ["hidden"]
        getattr(thing, "asked")
        getattr(thing, f"visit_{name}")
    """)

    assert "hidden" not in facts.scopes[0].mentions
    assert {"asked", "visit_*"} <= set(facts.scopes[0].mentions)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"def (", "malformed"),
        (b"x = '\0'", "malformed"),
        (b"# coding: nonsense\n", "malformed"),
        (b"x = " + b"(" * 5_000 + b")" * 5_000, ("malformed", "too-large")),
        (b" " * (LARGEST + 1), "too-large"),
    ],
    ids=["syntax", "zero", "encoding", "deep", "large"],
)
def test_what_cannot_be_parsed_says_why(data: bytes, reason: str | tuple[str, ...]) -> None:
    """And nothing else of it is believed."""
    facts = read(data)

    assert facts.broken in (reason if isinstance(reason, tuple) else (reason,))
    assert not facts.imports


def test_the_guard_of_a_script_is_seen() -> None:
    """At the level of the module."""
    assert _read('if __name__ == "__main__":\n    main()\n').main
    assert not _read("def f():\n    pass\n").main


_NAMES = st.sampled_from(["alpha", "beta", "gamma", "delta"])
_MODULES = st.lists(_NAMES, min_size=1, max_size=3).map(".".join)


@given(
    st.lists(
        st.tuples(_MODULES, st.sampled_from(["", "def f():\n  ", "class C:\n  ", "if x:\n  ", "with y:\n  "]))
    )
)
@settings(max_examples=60, deadline=None)
def test_every_import_statement_is_found(lines: list[tuple[str, str]]) -> None:
    """As many as Python's own parser sees, whatever they stand in."""
    text = "\n".join(f"{before}import {module}" for module, before in lines)
    seen = sorted(
        name.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import) for name in node.names
    )

    assert sorted(one.module for one in read(text.encode()).imports) == seen


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_no_bytes_make_it_fail(data: bytes) -> None:
    """Whatever they are."""
    assert read(data).broken in {"", "malformed", "too-large"}
