"""The standard library is closed: whatever in it can be called, and is in no table, is unsafe when it is called."""

from __future__ import annotations

import subprocess
import sys

from tests.supply.pickles.assembly import call, name, pickled, text
from tests.supply.pickles.reading import proof

from yanmen.supply.pickles.knowledge import knowledge

_LISTED = """
import importlib, sys, warnings
warnings.simplefilter("ignore")
acting = {"antigravity", "this", "idlelib", "test", "turtledemo", "lib2to3", "tkinter", "turtle"}
for module in sorted(sys.stdlib_module_names - acting):
    try:
        held = vars(importlib.import_module(module))
    except BaseException:
        continue
    for name, value in list(held.items()):
        if callable(value):
            sys.__stdout__.write(f"{module} {name}\\n")
"""


def test_every_callable_of_the_library_is_unsafe_or_in_a_table() -> None:
    """Some five thousand of them, of the Python that runs this test."""
    listed = subprocess.run(
        [sys.executable, "-I", "-c", _LISTED], capture_output=True, text=True, check=True, timeout=120
    )
    names = [line.split(" ") for line in listed.stdout.splitlines() if line.count(" ") == 1]
    assert len(names) > 4_000
    judged = {
        (module, function): proof(pickled(call(name(module, function), text("id"))))
        for module, function in names
    }
    other = {each for each, proven in judged.items() if proven != "unsafe"}
    assert {each for each in other if knowledge().entry(*each) is None} == set()
    assert len(other) < 80
