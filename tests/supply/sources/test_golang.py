"""go.mod and go.sum."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.golang import GoMod, GoSum
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
MOD = """
module example.com/mine

go 1.22

require github.com/a/b v1.2.3
require (
\tgithub.com/c/d v0.0.0-2024 // indirect
\tgolang.org/x/e v1.0.0
\tgithub.com/f/g v1.0.0
\tgithub.com/h/i v1.0.0
)
replace golang.org/x/e => github.com/fork/e v1.0.1
replace (
\tgithub.com/f/g v1.0.0 => ./own
\tgithub.com/h/i => ../../outside
)
"""


def test_what_is_required(lay: Lay, ask: Ask) -> None:
    """Directly or not, with replacements; what is replaced by a folder within the root is the project's own."""
    root = lay({"m/go.mod": MOD, "m/own/go.mod": "module example.com/own\n"})
    found, missed = ask(root, GoMod())

    assert [(one.purl, one.direct, one.facts.get("replaces", "")) for one in found if one.ecosystem] == [
        ("pkg:golang/github.com/a/b@v1.2.3", True, ""),
        ("pkg:golang/github.com/c/d@v0.0.0-2024", False, ""),
        ("pkg:golang/github.com/fork/e@v1.0.1", True, "golang.org/x/e"),
    ]
    assert [one.name for one in found if not one.ecosystem] == ["example.com/mine", "example.com/own"]
    assert found[1].where == "m/go.mod#L5"
    assert [(one.reason, one.where.part) for one in missed] == [("not-checked", "m/go.mod#L10")]


def test_sums_alone(lay: Lay, ask: Ask) -> None:
    """Only where no go.mod stands beside them."""
    sums = "github.com/a/b v1.2.3 h1:x=\ngithub.com/a/b v1.2.3/go.mod h1:y=\n"
    root = lay({"x/go.sum": sums, "y/go.sum": sums, "y/go.mod": "module y\n"})

    assert [one.where for one in ask(root, GoSum())[0]] == ["x/go.sum#L1"]
