"""Scripts as pipelines."""

from __future__ import annotations

import pytest

from yanmen.supply.fetches.shell import pipelines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b|c 'd|e' && f # g", [["a b", "c 'd|e'"], ["f"]]),
        ("sudo -E X=1 a; env -i b", [["a"], ["b"]]),
        ("a > out 2>&1 < in", [["a"]]),
        ("(cd x && a) || { b; }", [["cd x"], ["a"], ["b"], ["}"]]),
        ("a \\\n b", [["a b"]]),
        ('a "$(b | c)" $(d; e)', [['a "$(b | c)" $(d; e)']]),
        ("a <<'E'\nb | c\nE\nd", [["a"], ["d"]]),
        ("'a", [["a"]]),
    ],
)
def test_a_script_is_pipelines(text: str, expected: list[list[str]]) -> None:
    """Quotes, substitutions and here-documents keep what is in them."""
    assert [[" ".join(one.words) for one in line] for line in pipelines(text)] == expected


def test_where_output_goes() -> None:
    """And by what name a program is known."""
    ((command,),) = pipelines('/usr/bin/Python3.11 -u > "/var/x y" 2> log')

    assert (command.name, command.arguments, command.into) == ("python", ("-u",), "/var/x y")
