"""The forms of a method that only stores."""

from __future__ import annotations

import ast

from yanmen.supply.pickles.setters import only_stores, passes, tame


def _function(text: str) -> ast.FunctionDef:
    found = ast.parse(text).body[0]
    assert isinstance(found, ast.FunctionDef)
    return found


def test_a_state_that_is_moved_in_whole_is_stored() -> None:
    """By the usual ways; what is taken from within it is not."""
    for body in (
        "self.__dict__.update(s)",
        "self.__dict__ = s",
        "self.__dict__ = dict(s)",
        "super().__setstate__(s)",
        "pass",
    ):
        assert only_stores(_function(f"def __setstate__(self, s):\n    {body}")), body
    for body in (
        "self.__dict__ = s['x']",
        "super().__setstate__(s['x'])",
        "self.run()",
        "s.clear()",
        "return s",
        "self.__dict__ |= s",
    ):
        assert not only_stores(_function(f"def __setstate__(self, s):\n    {body}")), body
    assert not only_stores(_function("@wrap\ndef __setstate__(self, s):\n    pass"))
    assert not only_stores(_function("def __setstate__(self, *s):\n    pass"))


def test_what_gives_back_its_argument_passes_it() -> None:
    """As it is, or what it returns does."""
    assert passes(_function("def f(c):\n    c.__doc__ = ''\n    return c")) == "as it is"
    assert passes(_function("def f(t):\n    def g(c):\n        return c\n    return g")) == "called"
    for text in (
        "def f(c):\n    return d(c)",
        "def f(c):\n    pass",
        "def f(c):\n    if c:\n        return c\n    return d",
    ):
        assert passes(_function(text)) == "", text


def test_tame_is_what_sets_no_hook() -> None:
    """Nor anything whose name it does not say."""
    assert tame(_function("def f(c):\n    c.registry = {}\n    setattr(c, 'fit', 1)"))
    for body in (
        "setattr(c, n, 1)",
        "setattr(c, '__new__', 1)",
        "c.__call__ = 1",
        "type('x', (c,), {})",
        "exec('x')",
    ):
        assert not tame(_function(f"def f(c):\n    {body}")), body
