"""Which functions can matter: those that name something the tables know, or a function that does. The others are not followed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from yanmen.supply.packages.reading import syntax as s

_ORDINARY = frozenset(
    "get put run copy move map write add read execute query publish update set iter next items dict list tuple sorted "
    "reversed join "
    "filter format print len type isinstance callable hasattr from keys values entries push concat apply call bind "
    "exists stat sleep "
    "resolve normalize assign stringify parse log error warn info debug exit info open close start load render index "
    "item data path "
    "os fs sys path util http https process require console Object Array String Number Boolean Math JSON Promise "
    "Symbol RegExp Date "
    "Map Set Error module exports Buffer Reflect Proxy io re json logging pathlib Path shutil glob tempfile hashlib "
    "uuid platform "
    "locale copyfile document window self globalThis setTimeout setInterval URL navigator location chr ord int str "
    "bytes bytearray "
    "range min max sum abs bool float repr hex zip enumerate getattr setattr vars globals locals super object any all "
    "round pow id hash "
    "slice memoryview divmod frozenset delattr input __file__ asyncio threading psutil socket getpass pwd base64 "
    "codecs binascii zlib "
    "urllib operator itertools functools copy types code select connect request client stream dirname now decode "
    "encode head patch "
    "options once emit pipe on off end send text string number value name key then catch finally lookup chmod mkdir "
    "access find info "
    "system release version machine node type arch cpus dir list watch fetch delete remove replace rename link stop platform "
    "promisify nextTick queueMicrotask WebSocket Response Request".split()
)
"""Words that say nothing by themselves."""
_FEW = 60
"""Functions of a module up to which all are followed."""


@cache
def words(dialect: Any) -> frozenset[str]:
    """Names that lead to what the tables of a dialect know."""
    found: set[str] = set()
    for path, api in dialect.apis.items():
        if api.does not in {"pure", "passes"}:
            found |= {part.removesuffix("()") for part in path.replace("/", ".").split(".")}
            found.add(path.partition(".")[0])
    for path in dialect.specials:
        found |= {part.removesuffix("()") for part in path.replace("/", ".").split(".")}
    return frozenset(name for name in found - _ORDINARY if len(name) > 1) | {
        "exec", "eval", "system", "environ", "env", "fetch", "rmtree", "child_process", "sendall", "urlopen", "socket",
    }  # fmt: skip


def children(node: s.Node) -> Iterator[s.Node]:
    """The nodes directly below one."""
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        if isinstance(value, s.Node):
            yield value
        elif isinstance(value, list | tuple):
            for one in value:
                if isinstance(one, s.Node):
                    yield one
                elif isinstance(one, tuple):
                    yield from (part for part in one if isinstance(part, s.Node))
        elif isinstance(value, dict):
            yield from value.values()


class _Named:
    """Names that stand in each function of a module, and in each assignment at its top."""

    def __init__(self) -> None:
        self.functions: list[tuple[s.Func, set[str]]] = []
        self.aliases: list[tuple[set[str], set[str]]] = []

    def collect(self, body: list[s.Node]) -> None:
        stack: list[tuple[s.Node, tuple[set[str], ...], bool]] = [(node, (), True) for node in body]
        while stack:
            node, into, top = stack.pop()
            if isinstance(node, s.Func):
                own: set[str] = set()
                self.functions.append((node, own))
                into, top = (*into, own), False
            elif top and isinstance(node, s.Put | s.Import):
                bound, used = self._alias(node)
                self.aliases.append((bound, used))
                into = (*into, used)
            name = _name(node)
            if name:
                for names in into:
                    names.add(name)
            stack.extend((child, into, top) for child in children(node))

    @staticmethod
    def _alias(node: s.Put | s.Import) -> tuple[set[str], set[str]]:
        if isinstance(node, s.Import):
            return {node.bound}, {*node.module.split("."), node.member}
        bound = {_name(one) for one in (node.target, *children(node.target))}
        return bound - {""}, set()


def _name(node: s.Node) -> str:
    if isinstance(node, s.Name):
        return node.id
    if isinstance(node, s.Attr):
        return node.name
    if isinstance(node, s.Const) and isinstance(node.value, str) and len(node.value) < 40:  # noqa: PLR2004  # a name, not a text
        return node.value.removeprefix("node:")
    return ""


def mark(body: list[s.Node], dialect: Any, *, whole: bool) -> None:
    """Say of each function of a module whether it can matter; ``whole``: all of them do."""
    found = _Named()
    found.collect(body)
    if whole or len(found.functions) <= _FEW:
        return
    known = set(words(dialect))
    left = [(node, names) for node, names in found.functions]
    while True:
        before = len(known)
        for bound, used in found.aliases:
            if used & known:
                known |= {name for name in bound if name not in _ORDINARY}
        still = []
        for node, names in left:
            if names & known:
                if node.name and node.name not in _ORDINARY and len(node.name) > 1:
                    known.add(node.name)
            else:
                still.append((node, names))
        left = still
        if len(known) == before:
            break
    for node, _ in left:
        node.matters = False
