"""The API surfaces: which addresses there are, who reads what comes to each, and where it goes. One closed table.

A surface is a row here and a codec in ``llm.wire``. What is at no address of the table is not found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple
from urllib.parse import quote

from yanmen.gateway.errors import Refusal
from yanmen.llm.wire import ollama
from yanmen.llm.wire.anthropic import COUNT, MESSAGES
from yanmen.llm.wire.codec import JSON, Codec
from yanmen.llm.wire.openai import CHAT

OPENAI = frozenset(
    {b"accept", b"accept-language", b"idempotency-key", b"openai-beta", b"traceparent", b"tracestate"}
)
"""Headers of a caller that pass to an OpenAI surface."""
_TRACED = frozenset({b"accept", b"accept-language", b"traceparent", b"tracestate"})
ANTHROPIC = _TRACED | {b"anthropic-beta", b"anthropic-version"}
"""The same of Anthropic's."""
OLLAMA = _TRACED
"""The same of Ollama's."""
_KEYS = (b"authorization", b"x-api-key")
VERSION = b"anthropic-version"
"""Every call of Anthropic's clients has it."""
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
    Surface("messages", "POST", "/v1/messages", MESSAGES, "/messages", passed=ANTHROPIC, keys=_KEYS),
    Surface(
        "count-tokens",
        "POST",
        "/v1/messages/count_tokens",
        COUNT,
        "/messages/count_tokens",
        passed=ANTHROPIC,
        keys=_KEYS,
    ),
    Surface("ollama-chat", "POST", "/api/chat", ollama.CHAT, "/api/chat", passed=OLLAMA),
    Surface("ollama-generate", "POST", "/api/generate", ollama.GENERATE, "/api/generate", passed=OLLAMA),
    Surface("ollama-embed", "POST", "/api/embed", ollama.EMBED, "/api/embed", passed=OLLAMA),
    Surface("ollama-embed", "POST", "/api/embeddings", ollama.EMBED, "/api/embeddings", passed=OLLAMA),
    Surface("ollama-models", "POST", "/api/show", ollama.TOLD, "/api/show", passed=OLLAMA),
    Surface("ollama-models", "GET", "/api/tags", ollama.TOLD, "/api/tags", "look", passed=OLLAMA),
    Surface("ollama-models", "GET", "/api/ps", ollama.TOLD, "/api/ps", "look", passed=OLLAMA),
    Surface("ollama-models", "GET", "/api/version", ollama.TOLD, "/api/version", "look", passed=OLLAMA),
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


def asked(found: Found, headers: Iterable[tuple[bytes, bytes]]) -> Found:
    """Models are told at one address to the clients of two surfaces, who differ in a header."""
    if found.surface.name != "models" or all(name != VERSION for name, _ in headers):
        return found
    return found._replace(surface=found.surface._replace(codec=COUNT, passed=ANTHROPIC, keys=_KEYS))


def speaks(path: str) -> Codec:
    """Who says that there is nothing at an address: whoever says it at the addresses beside it."""
    if path.startswith("/v1/messages"):
        return MESSAGES
    return ollama.TOLD if path.startswith("/api/") else CHAT


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
