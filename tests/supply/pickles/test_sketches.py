"""What a module binds, by its text."""

from __future__ import annotations

from yanmen.supply.pickles.sketches import Module, draw


def _drawn(text: str) -> Module:
    found = draw(text.encode(), "acme.models", package=False)
    assert found is not None
    return found


def test_names_come_from_where_the_text_says() -> None:
    """Relative imports, other names, what the module binds itself."""
    module = _drawn(
        "import numpy as np\nfrom . import base\nfrom .. import up\nfrom .base import A as B\nclass C: pass\n"
    )
    assert module.origin("np.ndarray") == "numpy.ndarray"
    assert module.origin("base.A") == "acme.base.A"
    assert module.origin("B") == "acme.base.A"
    assert module.origin("C") == "acme.models.C"
    assert module.origin("dict") == "dict"


def test_every_binding_is_kept() -> None:
    """A name may be several things."""
    module = _drawn("try:\n    from a import X\nexcept ImportError:\n    class X: pass\nif y:\n    X = 1\n")
    assert [each.how for each in module.bound["X"]] == ["from", "class", "other"]


def test_what_acts_on_import_is_told() -> None:
    """Wherever it stands, but in a function; not what runs as a program only."""
    for text in (
        "import os\nos.system('id')",
        "from subprocess import run\nx = [run('id')]",
        "if a:\n    exec('x')",
    ):
        assert _drawn(text).acts, text
    for text in (
        "def f():\n    exec('x')",
        "if __name__ == '__main__':\n    exec('x')",
        "import os\nos.environ.get('x')",
    ):
        assert not _drawn(text).acts, text


def test_hooks_that_are_set_from_outside_are_told() -> None:
    """By assignment or by ``setattr``; those of an instance are its own."""
    assert _drawn("X.__new__ = f").changed == {"X"}
    assert _drawn("a.X.__setstate__ = f").changed == {"*"}
    assert _drawn("setattr(X, '__del__', f)").changed == {"X"}
    assert not _drawn("def f(self):\n    self.__class__ = X\n    self.__dict__ = {}").changed


def test_what_is_no_python_has_no_sketch() -> None:
    """Nor what is nested too deeply."""
    assert draw(b"class X(:", "m", package=False) is None
    assert draw(b"\0", "m", package=False) is None
