"""What parameters are: what was given, their defaults, or what their names and uses say of them."""

from __future__ import annotations

from collections.abc import Mapping

from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.handed import KEY, given_tags, takes_key, used_as_keys
from yanmen.supply.packages.reading.members import Members
from yanmen.supply.packages.reading.places import key_tags, request_tags
from yanmen.supply.packages.reading.values import NOTHING, Closure, Scope, Value

_SELVES = frozenset({"self", "cls", "\x00self"})


class Binding(Members):
    """Binds arguments to parameters."""

    def bind(self, closure: Closure, args: list[Value], words: Mapping[str, Value], scope: Scope) -> None:
        """Give each parameter of a function its value."""
        params = closure.node.params
        given = list(args)
        if closure.of is not None:
            if self.dialect.self_is_first:
                given.insert(0, closure.of)
            else:
                scope.names["this"] = closure.of
        if not self.dialect.self_is_first:
            scope.names["arguments"] = Value(items=list(given))
        for place, param in enumerate(params):
            if isinstance(param, s.Star):
                self.assign(param.of, Value(items=given[place:]), scope)
                given = given[:place]
                continue
            name = param.id if isinstance(param, s.Name) else ""
            if place < len(given):
                value = given[place]
            elif name in words:
                value = words[name]
            else:
                value = self._default(closure, place, name)
            if name:
                scope.names[name] = value
            else:
                self.assign(param, value, scope)

    def _default(self, closure: Closure, place: int, name: str) -> Value:
        """What a parameter is that was not given."""
        node = closure.node
        if place not in node.defaults:
            return self._unknown(node, name)
        value = self.evaluate(node.defaults[place], closure.scope)
        return (
            value.tagged(self._unknown(node, name).tags)
            if value.const is None or value.const == ""
            else value
        )

    def _unknown(self, node: s.Func, name: str) -> Value:
        """A parameter that nobody gave: what its name, the function's name and its use say of it."""
        tags = key_tags(name) | given_tags(name) | request_tags(name, python=self.dialect.self_is_first)
        keys = self._keys.get(id(node))
        if keys is None:
            keys = self._keys[id(node)] = used_as_keys(node)
        first = next((one.id for one in node.params if isinstance(one, s.Name) and one.id not in _SELVES), "")
        if name in keys or (name and name == first and takes_key(node.name)):
            tags |= KEY
        return Value(tags=tags) if tags else NOTHING
