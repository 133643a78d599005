"""The machine."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.supply.packages.reading.effects import Effect

Effects = Callable[..., list[Effect]]


@pytest.mark.parametrize(
    "code",
    [
        "x = ''\nfor c in 'esle':\n    x = c + x\nimport os\nos.system('tru' + x[-1:].replace('s', 'e') if False else 'true')",
        "import os\nd = {'k': ['tr', 'ue']}\nos.system(d['k'][0] + d['k'][1])",
        "import os\na, *b = 't', 'ru', 'e'\nos.system(a + ''.join(b))",
        "import os\ni = 0\ns = ''\nwhile i < 4:\n    s += 'true'[i]\n    i += 1\nos.system(s)",
        "import os\ndef f(*a, end='e'):\n    return ''.join(a) + end\nos.system(f('t', 'ru'))",
        "import os\nclass A:\n    X = 'tr'\n    def y(self):\n        return self.X + 'ue'\nos.system(A().y())",
        "import os\nos.system(''.join(c for w in ['tr', 'ue'] for c in w))",
    ],
)
def test_constants_are_computed(code: str, effects: Effects) -> None:
    """Through loops, tables, functions, classes, comprehensions."""
    assert [one.text for one in effects(code) if one.does == "runs-command"] == ["true"]


def test_both_ways_are_looked_at(effects: Effects) -> None:
    """What is not known decides nothing."""
    found = effects(
        "import os, sys\nc = 'a' if sys.argv else 'b'\nif sys.platform:\n    c2 = 'x'\nelse:\n    c2 = "
        "'y'\nos.system(c)\nos.system(c2)"
    )

    assert {one.text for one in found if one.does == "runs-command"} == {"a", "b", "x", "y"}
