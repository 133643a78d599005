"""A component with all that is known of it: advisories, what reaches it, what its licence says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from yanmen.core.nouns import Noun
from yanmen.intel.advisories import Match
from yanmen.supply.targets import Component

Reach = Literal["called", "imported", "installed-only", "unknown", ""]


class Path(Noun, frozen=True):
    """Whether a project's code gets to a component."""

    state: Reach = ""
    """Empty: nobody looked."""
    steps: tuple[str, ...] = ()
    """``app.py#L3 imports yaml``, from the project's own code on."""
    symbol: str = ""
    """The vulnerable function, where one is known and called."""
    tests_only: bool = False


class Licensed(Noun, frozen=True):
    """What a component's licence is, and whether it may come in."""

    expression: str = ""
    """SPDX; empty: none is understood."""
    word: Literal["allow", "review", "deny", "conflict"] = "allow"
    why: str = ""
    obligations: tuple[str, ...] = ()


class Assessed(Noun, frozen=True):
    """A target of detectors."""

    component: Component
    match: Match = Match()
    paths: Mapping[str, Path] = {}
    """By the best name of each vulnerability."""
    licence: Licensed | None = None
    """None: nobody asked, or its place says nothing of licences."""
