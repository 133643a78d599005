"""Functions that a server calls with what somebody asks of it."""

from __future__ import annotations

from yanmen.supply.packages.reading.values import Value

ROUTES = frozenset(
    "route get post put patch delete all websocket api_route add_url_rule add_api_route middleware add_route on_event "
    "sio_event before_request after_request".split()
)
"""Methods of applications that take a path, or nothing, and a function."""
ROUTED = "route()"
"""What such a method gives as a decorator."""
_ENDINGS = tuple(f".{name}()" for name in ROUTES)
_PARAMETERS = 6


def is_route(name: str, args: list[Value]) -> bool:
    """Whether a call of a method of something unknown names a path of a server."""
    return name in ROUTES and bool(args) and args[0].closure is None and args[0].text.startswith("/")


def decorates(path: str, args: list[Value]) -> bool:
    """Whether a call hands a function to a server."""
    return bool(args) and args[0].closure is not None and (path == ROUTED or path.endswith(_ENDINGS))


def asked() -> list[Value]:
    """Arguments that somebody far away wrote."""
    return [Value(tags=frozenset({"request"})) for _ in range(_PARAMETERS)]
