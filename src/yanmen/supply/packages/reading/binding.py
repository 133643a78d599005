"""Names, members and items that get a value."""

from __future__ import annotations

import re
from typing import Any

from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.libraries import Libraries
from yanmen.supply.packages.reading.node_waiting import HANDLERS, is_script
from yanmen.supply.packages.reading.values import HOLE, Scope, Value, all_tags, iterated, merged

_FETCHED = frozenset({"src", "href", "location"})
"""Members of a page whose value the browser fetches or goes to."""
_TEXT = frozenset({"text", "textContent", "innerHTML", "innerText"})
"""Members of a script that hold its code."""
_ON_EVENT = frozenset({"onload", "onpageshow", "onbeforeunload", "onfocus", "onhashchange"})
"""What a page does by itself."""
_PAGE = frozenset({"Image()", "document.createElement()", "globalThis", "document", "location"})
_COIN = re.compile(
    r"(?:0x[0-9a-fA-F]{40}|bc1[02-9ac-hj-np-z]{11,71}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|T[1-9A-HJ-NP-Za-km-z]{33}|"
    r"[1-9A-HJ-NP-Za-km-z]{43,44})"
)
"""Addresses of Ethereum, Bitcoin, Tron and Solana."""


class Binder(Libraries):
    """Assignments."""

    def dropped(self, node: s.Node) -> None:
        """A call that is a statement: nobody looks at what it gives, nor at what is caught of it."""
        while isinstance(node, s.Call):
            self.unanswered.add((self.member_name, node.line))
            if not isinstance(node.fn, s.Attr) or node.fn.name not in {"catch", "unref"}:
                return
            node = node.fn.of

    def assign(self, target: s.Node, value: Value, scope: Scope) -> None:
        """Bind a name, a member, an item, or several."""
        if isinstance(target, s.Name):
            self._redirected(target.id, value, target.line)
            scope.put(target.id, value, outward=not self.dialect.self_is_first)
        elif isinstance(target, s.Attr):
            self._put_member(self.evaluate(target.of, scope), target.name, value, target.line)
        elif isinstance(target, s.Item):
            self._put_item(target, value, scope)
        elif isinstance(target, s.Seq):
            self._unpack(target.items, value, scope)
        elif isinstance(target, s.Table):
            for key, part in target.pairs:
                name = key.value if isinstance(key, s.Const) else ""
                self.assign(part, self.member(value, str(name)) if name else value, scope)
        elif isinstance(target, s.Star):
            self.assign(target.of, value, scope)
        elif isinstance(target, s.Either):
            self.assign(target.ways[0], merged([value, self.evaluate(target.ways[1], scope)]), scope)

    def _put_member(self, of: Value, name: str, value: Value, line: int) -> None:
        self.field(name, value, line)
        if of.fields is not None:
            of.fields[name] = value
        if of.path and (value.closure or value.path or value.kind):
            self.replaced(f"{of.path}.{name}", value, line)
        if name in HANDLERS and value.closure is not None and of.path.endswith("()"):
            given = Value(path=f"{of.path}.event", tags=of.tags)
            self.invoke(value.closure, [given, given], {})
        if (
            name in _TEXT
            and is_script(of)
            and any(tag.startswith("download:") or tag == "decoded" for tag in all_tags(value))
        ):
            self.emit("runs-code", f"script.{name}", line, value.text, all_tags(value))
        if name in _ON_EVENT and of.path in _PAGE and value.closure is not None:
            self.invoke(value.closure, [], {})
        if name.endswith("HTML") and "<form" in value.text:
            self.emit("shows", name, line, value.text)
        if name in _FETCHED and of.path in _PAGE:
            self.emit("receives", f"{of.path.removesuffix('()')}.{name}", line, value.text, all_tags(value))

    def _put_item(self, target: s.Item, value: Value, scope: Scope) -> None:
        of, key = self.evaluate(target.of, scope), self.evaluate(target.key, scope)
        if of.path == "sys.modules":
            self.replaced("sys.modules.", value, target.line)
        if of.items is not None and key.known and isinstance(key.const, int) and -len(of.items) <= key.const:
            if key.const < len(of.items):
                of.items[key.const] = value
        elif of.fields is not None:
            of.fields[key_of(key)] = value
        elif of.path and key.known and isinstance(key.const, str):
            self._put_member(of, key.const, value, target.line)

    def _unpack(self, targets: list[s.Node], value: Value, scope: Scope) -> None:
        items = value.items
        if items is None and value.known and isinstance(value.const, str | bytes):
            items = list(iterated(value) or ())
        for place, part in enumerate(targets):
            if items is None:
                self.assign(part, Value(tags=value.tags), scope)
            elif isinstance(part, s.Star):
                self.assign(part.of, Value(items=items[place:], tags=value.tags), scope)
            else:
                self.assign(part, items[place] if place < len(items) else Value(tags=value.tags), scope)

    def _redirected(self, name: str, value: Value, line: int) -> None:
        """A parameter gets an address of coins that stands in the code, whatever the caller gave."""
        if (
            isinstance(value.const, str) and 26 <= len(value.const) <= 90 and self.inside  # noqa: PLR2004
            and _RECEIVER.fullmatch(name) and _COIN.fullmatch(value.const)
            and any(isinstance(one, s.Name) and one.id == name for one in self.inside[-1].params)
        ):  # fmt: skip
            self.emit("rewires", f"parameter {name}", line, value.const)


_RECEIVER = re.compile(
    r"_?(?:to|dest\w*|recipient|receiver|payee|target|address|addr|wallet|to_?\w*)", re.IGNORECASE
)


def key_of(value: Value) -> Any:
    """What a value is as a key of a table; a hole where it is not known."""
    if value.known and isinstance(value.const, str | bytes | int | float | bool):
        return value.const
    return HOLE
