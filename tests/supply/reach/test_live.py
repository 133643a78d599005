"""Which functions may run."""

from __future__ import annotations

from yanmen.supply.reach.graph import Node
from yanmen.supply.reach.live import Live
from yanmen.supply.reach.reading import read


def _live(text: str, *, called: tuple[str, ...] = (), everything: bool = False) -> set[str]:
    node = Node("a.py", "a", "source", ".", "a.py")
    node.facts = read(text.encode())
    live = Live([node], open_to_all=frozenset({"a.py"} if everything else ()), called=called)
    return {
        scope.name for number, scope in enumerate(node.facts.scopes) if number and live.runs("a.py", number)
    }


def test_what_is_named_by_what_runs_may_run() -> None:
    """However far; what only names itself does not."""
    assert _live("def a(): b()\ndef b(): c\ndef c(): pass\ndef d(): d()\na()\n") == {"a", "b", "c"}


def test_commands_call_their_function() -> None:
    """As a manifest names it."""
    assert _live("def main(): pass\ndef other(): pass\n", called=("main",)) == {"main"}


def test_names_that_are_made_name_all_that_begin_so() -> None:
    """Also a string that is asked for by getattr."""
    code = "def visit_a(self): pass\ndef asked(): pass\ndef visit(): pass\ngetattr(x, f'visit_{y}')\ngetattr(x, 'asked')\n"

    assert _live(code) == {"visit_a", "asked"}


def test_what_stands_in_a_dead_function_is_dead() -> None:
    """Even a decorated one within it, until the outer one is named."""
    code = "def outer():\n    @route\n    def inner(): pass\n"

    assert _live(code) == set()
    assert _live(code + "outer()\n") == {"outer", "inner"}


def test_in_a_file_that_whoever_has_it_may_call_all_may_run() -> None:
    """A library's functions have callers that nobody sees."""
    assert _live("def a(): pass\nclass B:\n    def c(self): pass\n", everything=True) == {"a", "c"}
