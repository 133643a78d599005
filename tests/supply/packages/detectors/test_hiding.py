"""Hiding: code that is not meant to be read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Rules = Callable[..., set[str]]
FINDS = [
    (
        "hides-code",
        "wheel",
        (
            "x = 1                                                                                                        "
            "                                                                                                         "
            "                                                                                           ; import os"
        ),
    ),
    ("hides-code", "wheel", "import os\ngetattr(os, bytes.fromhex('73797374656d').decode())('true')"),
    ("hides-code", "npm", "var " + ",".join(f"_0x{place:04x}a" for place in range(40)) + ";"),
    ("hides-code", "npm", "const s = '︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁︁'; eval(s);"),
    ("bidirectional-text", "wheel", "x = 1  # \u202e evil"),
    ("evades-analysis", "wheel", "import sys\nsys.gettrace()"),
]
IGNORES = [
    (
        "wheel",
        (
            "TABLE = [\n    1,                                        2,\n    1,                                        "
            "2,\n    1,                                        2,\n    1,                                        2,\n "
            "   1,                                        2,\n    1,                                        2,\n  "
            "  1,                                        2,\n    1,                                        "
            "2,\n    1,                                        2,\n    1,                                 "
            "       2,\n]\n"
        ),
    ),
    ("npm", "const emoji = '👩\u200d👩\u200d👧'; module.exports = emoji;"),
    ("wheel", "import os\nname = getattr(os, 'name')\n"),
]


@pytest.mark.parametrize(("rule", "kind", "code"), FINDS)
def test_it_finds(rule: str, kind: str, code: str, rules_of: Rules) -> None:
    """The behaviour, in its plain form."""
    assert rule in rules_of(_files(code, kind), kind)


@pytest.mark.parametrize(("kind", "code"), IGNORES)
def test_it_lets_honest_code_be(kind: str, code: str, rules_of: Rules) -> None:
    """Nothing of high severity for what uses the same pieces honestly."""
    assert rules_of(_files(code, kind), kind, high=True) == set()


def _files(code: str, kind: str) -> dict[str, str]:
    return {{"npm": "index.js", "sdist": "setup.py"}.get(kind, "inert/__init__.py"): code}
