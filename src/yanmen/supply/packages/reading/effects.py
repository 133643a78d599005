"""What code does to the world, as far as it can be told without running it."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from yanmen.core.nouns import Noun
from yanmen.supply.packages.reading.syntax import Node
from yanmen.supply.packages.reading.values import HOLE, Value

Does = Literal[
    "runs-code", "runs-command", "loads-native", "sends", "receives", "reads", "writes", "marks-executable",
    "deletes", "watches", "hooks", "hides-name", "looks-up", "listens", "asks-whereabouts", "asks-environment", "rewires",
    "shows", "throws", "starts-detached", "redirects", "stalls",
]  # fmt: skip


class Trigger(enum.IntEnum):
    """When code runs. Ordered: the higher needs less of the user."""

    CALLED = 0
    IMPORT = 1
    STARTUP = 2
    INSTALL = 3

    @property
    def word(self) -> str:
        """``called``, ``import``, ``startup``, ``install``."""
        return self.name.lower()


class Effect(Noun, frozen=True):
    """One thing that code does."""

    does: Does
    trigger: Trigger
    member: str
    line: int
    api: str
    """What it uses: ``os.system``, ``child_process.exec``, ``curl``."""
    text: str = ""
    """What is known of what it acts on: a command, a path, an address; HOLE for what is not known."""
    tags: frozenset[str] = frozenset()
    """Where what it acts on comes from: ``env``, ``secret:ssh key``, ``download:host``, ``decoded`` …"""
    layer: int = 0
    """How many times code was decoded and run before this was reached."""


@dataclass(frozen=True, slots=True)
class Api:
    """What a call of a library's function does."""

    does: Does | Literal["pure", "decodes", "source", "runs-callback", "import", "passes"]
    text: int = 0
    """Index of the argument that says what it acts on; -1: the object that it is a method of."""
    gives: frozenset[str] = frozenset()
    """Origins of the result."""
    word: str = ""
    """The keyword that may be used in the place of the argument."""


Shape = Callable[[list[Value], Mapping[str, Value]], Value]
"""Says what a function gives for values of which not everything is known."""


class Dialect(Protocol):
    """A programming language, as the machine needs to know it."""

    name: str
    self_is_first: bool
    """A method's first parameter is its object."""
    functions: Mapping[str, Callable[..., Any]]
    """Functions of constants, by path."""
    shapes: Mapping[str, Shape]
    apis: Mapping[str, Api]
    constants: Mapping[str, Any]
    """What is known of a library's variables, by path."""
    specials: Mapping[str, Callable[..., Value]]
    """Calls that need the machine itself: caller, function, arguments, keywords, line."""

    def parse(self, text: str) -> list[Node]:
        """Code as nodes. Raises ValueError where it is none."""
        ...

    def builtin(self, name: str) -> str:
        """The path of a name that nobody bound; empty: not known."""
        ...

    def method(self, receiver: Any, name: str, args: list[Any]) -> Any:
        """A method of a constant. Raises ValueError where it is not known."""
        ...

    def operate(self, op: str, left: Any, right: Any) -> Any:
        """An operation on constants. Raises ValueError where it is not known."""
        ...


_HOST = re.compile(r"^[a-z][a-z0-9+.-]{1,10}://(?:[^/@\s\x00]{0,200}@)?([^/:?#\s\x00]{1,253})", re.IGNORECASE)


def host_of(text: str) -> str:
    """The host of an address; ``?`` where it is not known."""
    found = _HOST.match(text.strip())
    return found[1].lower() if found else "?"


def holed(text: str) -> str:
    """A text with its holes shown as an ellipsis."""
    return text.replace(HOLE, "…")
