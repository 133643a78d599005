"""The tables of Python's libraries."""

from __future__ import annotations

from yanmen.supply.packages.reading.python_library import APIS, BUILTINS, SHAPES
from yanmen.supply.packages.reading.values import HOLE, Value


def test_tables_are_consistent() -> None:
    """Names of the builtins that they use are known as such."""
    assert {"exec", "eval", "__import__"} <= BUILTINS & set(APIS)
    assert not set(SHAPES) & {path for path, api in APIS.items() if api.does in {"runs-code", "runs-command"}}


def test_shapes_keep_what_is_known() -> None:
    """Paths with holes, variables with their names."""
    joined = SHAPES["os.path.join"]([Value(HOLE), Value(".ssh"), Value("id_rsa")], {})

    assert joined.text == f"{HOLE}/.ssh/id_rsa"
    assert SHAPES["os.getenv"]([Value("APPDATA")], {}).text == f"$APPDATA{HOLE}"
    assert SHAPES["reversed"]([Value("ab")], {}).tags == {"decoded"}
