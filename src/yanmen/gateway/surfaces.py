"""The API surfaces: which addresses there are, who reads what comes to each, and where it goes. One closed table.

A surface is a row here and a codec in ``llm.wire``. What is at no address of the table is not found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple
from urllib.parse import quote

from yanmen.gateway.errors import Refusal
from yanmen.llm.wire.codec import JSON, Codec
from yanmen.llm.wire.openai import CHAT

OPENAI = frozenset(
    {b"accept", b"accept-language", b"idempotency-key", b"openai-beta", b"traceparent", b"tracestate"}
)
"""Headers of a caller that pass to an OpenAI surface."""
CHAT_COMPLETIONS = "/v1/chat/completions"
MODELS = "/v1/models"


class Surface(NamedTuple):
    """One address, or several that differ in a name."""

    name: str
    """As records, metrics and policies call it."""
    method: str
    path: str
    """``{name}`` stands for one step, ``{name:path}`` for the rest."""
    codec: Codec
    upstream: str
    """Path below the upstream's base, with the same names."""
    visit: Literal["call", "look"] = "call"
    """``call``: a body is read, judged and forwarded. ``look``: there is none; the names in the path are judged."""
    kinds: tuple[str, ...] = (JSON,)
    """Media types that a body may have."""
    passed: frozenset[bytes] = OPENAI
    """Headers of the caller that pass."""
    keys: tuple[bytes, ...] = (b"authorization",)
    """Headers that the caller's key may stand in."""

    @property
    def exact(self) -> bool:
        """Whether there is no name in its path."""
        return "{" not in self.path


class Found(NamedTuple):
    """The surface of a call."""

    surface: Surface
    names: Mapping[str, str]
    """What stands in its path, by name."""

    @property
    def upstream(self) -> str:
        """Where it goes."""
        path = self.surface.upstream
        for name, value in self.names.items():
            path = path.replace(f"{{{name}}}", quote(value, safe=":@"))
            path = path.replace(f"{{{name}:path}}", quote(value, safe="/:@"))
        return path


TABLE: tuple[Surface, ...] = (
    Surface("chat", "POST", CHAT_COMPLETIONS, CHAT, "/chat/completions"),
    Surface("models", "GET", MODELS, CHAT, "/models", "look"),
    Surface("models", "GET", MODELS + "/{model:path}", CHAT, "/models/{model:path}", "look"),
)
NAMES = tuple(dict.fromkeys(surface.name for surface in TABLE))
"""Every surface's name, once."""
_EXACT: dict[str, dict[str, Surface]] = {}
for _row in TABLE:
    if _row.exact:
        _EXACT.setdefault(_row.path, {})[_row.method] = _row
_OTHERS = tuple((row, tuple(row.path.split("/")[1:])) for row in TABLE if not row.exact)


def find(method: str, path: str) -> Found:
    """The surface at an address; Refusal where there is none, or not by this method."""
    rows = _EXACT.get(path)
    if rows is not None and (row := rows.get(method)) is not None:
        return Found(row, {})
    allowed = {*rows} if rows else set()
    for row, names in _named(path):
        if row.method == method:
            return Found(row, names)
        allowed.add(row.method)
    if allowed:
        raise Refusal("method_not_allowed", allow=", ".join(sorted(allowed)))
    raise Refusal("not_found")


def speaks(path: str) -> Codec:
    """Who says that there is nothing at an address: whoever says it at the addresses beside it."""
    del path
    return CHAT


def _named(path: str) -> Iterator[tuple[Surface, dict[str, str]]]:
    steps = path.split("/")[1:]
    for row, template in _OTHERS:
        names = _names(template, steps)
        if names is not None and all(names.values()):
            yield row, names


def _names(template: tuple[str, ...], steps: list[str]) -> dict[str, str] | None:
    """What stands in the path; None where it is another."""
    names: dict[str, str] = {}
    for index, step in enumerate(template):
        if step.endswith(":path}"):
            names[step[1:-6]] = "/".join(steps[index:])
            return names if steps[index:] else None
        if index >= len(steps):
            return None
        if step.startswith("{"):
            names[step[1:-1]] = steps[index]
        elif step != steps[index]:
            return None
    return names if len(template) == len(steps) else None
