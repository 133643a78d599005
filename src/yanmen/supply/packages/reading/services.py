"""Clients of services, and events of the package's own."""

from __future__ import annotations

from typing import Any

from yanmen.supply.packages.reading.calling import Caller
from yanmen.supply.packages.reading.leaving import in_body, leaves
from yanmen.supply.packages.reading.values import Closure, Value

_EVENTS = 500
"""Names of events that are remembered."""
HEARS = frozenset({"on", "once", "addListener", "emit", "dispatchEvent", "addEventListener"})
"""Methods that wait for an event, or raise one."""


class Services(Caller):
    """What is given to somebody's client, and what waits for an event."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.listening: dict[str, list[Closure]] = {}
        """Functions that wait for an event of the package's own, by its name."""

    def left_by(self, fn: Value, name: str, args: list[Value], given: frozenset[str], line: int) -> None:
        """A method of somebody's client puts a secret there."""
        name = "open_new" if fn.path == "webbrowser.open" else name
        if given and (address := leaves(name, fn.tags, given)) is not None:
            first = args[0].text if args and "://" in args[0].text else address
            self.emit("sends", fn.path, line, first, given | in_body(args))

    def heard(self, name: str, args: list[Value], of: Value) -> None:
        """``on(event, function)`` and ``emit(event, …)`` of the package's own events."""
        if name not in HEARS or not args:
            return
        event = args[0].text
        if name in {"emit", "dispatchEvent"}:
            if "()" in of.path and not any(tag.startswith("far:") for tag in of.tags):
                for closure in self.listening.get(event, [])[:8]:
                    self.invoke(closure, args[1:], {})
        elif len(args) > 1 and args[1].closure is not None and len(self.listening) < _EVENTS:
            self.listening.setdefault(event, []).append(args[1].closure)
