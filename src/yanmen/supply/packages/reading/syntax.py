"""The small language that Python and JavaScript are read as. It keeps what decides where a value comes from and where it goes."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Node:
    """Anything in code; ``line`` counts from 1."""

    line: int


@dataclass(slots=True)
class Const(Node):
    """A literal."""

    value: object


@dataclass(slots=True)
class Name(Node):
    """A variable."""

    id: str


@dataclass(slots=True)
class Attr(Node):
    """``of.name``."""

    of: Node
    name: str


@dataclass(slots=True)
class Item(Node):
    """``of[key]``."""

    of: Node
    key: Node


@dataclass(slots=True)
class Cut(Node):
    """A slice, as the key of an Item."""

    low: Node | None
    high: Node | None
    step: Node | None


@dataclass(slots=True)
class Call(Node):
    """A call, or the making of an object."""

    fn: Node
    args: list[Node]
    words: dict[str, Node]


@dataclass(slots=True)
class Op(Node):
    """Two operands."""

    op: str
    left: Node
    right: Node


@dataclass(slots=True)
class Unary(Node):
    """One operand: ``-``, ``+``, ``~``, ``not``."""

    op: str
    of: Node


@dataclass(slots=True)
class Joined(Node):
    """A string with values in it."""

    parts: list[Node]


@dataclass(slots=True)
class Seq(Node):
    """A list, tuple or set."""

    items: list[Node]


@dataclass(slots=True)
class Star(Node):
    """Items of another sequence, among items or arguments."""

    of: Node


@dataclass(slots=True)
class Give(Node):
    """``yield value``."""

    of: Node


@dataclass(slots=True)
class Table(Node):
    """A dictionary or an object; a key that is None takes in another table."""

    pairs: list[tuple[Node | None, Node]]


@dataclass(slots=True)
class Either(Node):
    """One of several values; with a test, the first where it holds and the second where not."""

    ways: list[Node]
    test: Node | None = None


@dataclass(slots=True)
class Func(Node):
    """A function. As a statement it is bound to its name, as an expression it is a value."""

    name: str
    params: list[Node]
    """Targets of assignment, in order; ``Star`` takes the rest."""
    body: list[Node]
    outer: frozenset[str] = frozenset()
    """Names that assignment finds outside (``global``)."""
    defaults: dict[int, Node] = field(default_factory=dict)
    bound: bool = False
    """A statement: its name is bound where it stands."""
    matters: bool = True
    """Whether it can lead to something that the tables know."""


@dataclass(slots=True)
class Each(Node):
    """A comprehension over one iterable."""

    target: Node
    over: Node
    tests: list[Node]
    element: Node
    """What each item gives; of a comprehension inside, another Each."""
    flat: bool = False
    """The element is an Each whose items are taken one by one."""
    key: Node | None = None
    """Of a dictionary."""


@dataclass(slots=True)
class Put(Node):
    """An assignment; its value is the value."""

    target: Node
    value: Node
    op: str = ""
    """``+`` of ``+=``."""


@dataclass(slots=True)
class If(Node):
    """Two ways."""

    test: Node
    then: list[Node]
    other: list[Node]


@dataclass(slots=True)
class Loop(Node):
    """``for target in over`` or ``while test``."""

    target: Node | None
    over: Node | None
    test: Node | None
    body: list[Node]


@dataclass(slots=True)
class Block(Node):
    """Statements that run one after another: try, with, braces."""

    body: list[Node]


@dataclass(slots=True)
class Class(Node):
    """A class."""

    name: str
    bases: list[Node]
    body: list[Node]
    bound: bool = True


@dataclass(slots=True)
class Ret(Node):
    """A return."""

    value: Node | None


@dataclass(slots=True)
class Leave(Node):
    """``break`` or ``continue``."""

    how: str


@dataclass(slots=True)
class Import(Node):
    """Binds a module, or a member of one."""

    module: str
    """Absolute, or with leading dots as Python writes them."""
    member: str
    """Empty: the module itself; ``*``: all of it."""
    bound: str
