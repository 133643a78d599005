"""The API surfaces: which addresses there are, who reads what comes to each, and where it goes. One closed table.

A surface is a row here and a codec in ``llm.wire``. What is at no address of the table is not found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple
from urllib.parse import quote

from yanmen.gateway.errors import Refusal
from yanmen.llm.wire import ollama
from yanmen.llm.wire.anthropic import COUNT, MESSAGES
from yanmen.llm.wire.anything import ANYTHING
from yanmen.llm.wire.codec import JSON, Codec
from yanmen.llm.wire.completions import COMPLETIONS, EMBEDDINGS
from yanmen.llm.wire.jsonrpc import MCP
from yanmen.llm.wire.media import PICTURES, SOUND
from yanmen.llm.wire.moderations import MODERATIONS
from yanmen.llm.wire.openai import CHAT
from yanmen.llm.wire.responses import RESPONSES

OPENAI = frozenset(
    {b"accept", b"accept-language", b"idempotency-key", b"openai-beta", b"traceparent", b"tracestate"}
)
"""Headers of a caller that pass to an OpenAI surface."""
_TRACED = frozenset({b"accept", b"accept-language", b"traceparent", b"tracestate"})
ANTHROPIC = _TRACED | {b"anthropic-beta", b"anthropic-version"}
"""The same of Anthropic's."""
OLLAMA = _TRACED
"""The same of Ollama's."""
_MCP = _TRACED | {b"last-event-id", b"mcp-method", b"mcp-name", b"mcp-protocol-version", b"mcp-session-id"}
_METHODS = ("POST", "GET", "DELETE")
_KEYS = (b"authorization", b"x-api-key")
VERSION = b"anthropic-version"
"""Every call of Anthropic's clients has it."""
_FORM = ("multipart/form-data",)
CHAT_COMPLETIONS = "/v1/chat/completions"
RESPONSES_PATH = "/v1/responses"
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
    visit: Literal["call", "look", "moderate", "mcp"] = "call"
    """``call``: a body is read, judged and forwarded. ``look``: there is none; the names in the path are judged.

    ``moderate``: a body is read and judged, and that is the answer. ``mcp``: messages to a server of tools, and from it.
    """
    kinds: tuple[str, ...] = (JSON,)
    """Media types that a body may have."""
    passed: frozenset[bytes] = OPENAI
    """Headers of the caller that pass."""
    keys: tuple[bytes, ...] = (b"authorization",)
    """Headers that the caller's key may stand in."""
    keeps: bool = False
    """Whether the model's server keeps what it answers, under an id that is then the caller's own."""
    owned: str = ""
    """The name in the path that is such an id."""

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
    Surface("completions", "POST", "/v1/completions", COMPLETIONS, "/completions"),
    Surface("responses", "POST", RESPONSES_PATH, RESPONSES, "/responses", keeps=True),
    Surface("responses", "POST", RESPONSES_PATH + "/input_tokens", RESPONSES, "/responses/input_tokens"),
    *(
        Surface(
            "responses-kept",
            method,
            RESPONSES_PATH + path,
            RESPONSES,
            "/responses" + path,
            "look",
            owned="id",
        )
        for method, path in (
            ("GET", "/{id}"),
            ("DELETE", "/{id}"),
            ("GET", "/{id}/input_items"),
            ("POST", "/{id}/cancel"),
        )
    ),
    Surface("embeddings", "POST", "/v1/embeddings", EMBEDDINGS, "/embeddings"),
    Surface("moderations", "POST", "/v1/moderations", MODERATIONS, "/moderations", "moderate"),
    Surface(
        "audio-transcriptions",
        "POST",
        "/v1/audio/transcriptions",
        SOUND,
        "/audio/transcriptions",
        kinds=_FORM,
    ),
    Surface(
        "audio-translations", "POST", "/v1/audio/translations", SOUND, "/audio/translations", kinds=_FORM
    ),
    Surface("audio-speech", "POST", "/v1/audio/speech", SOUND, "/audio/speech"),
    Surface("images-generations", "POST", "/v1/images/generations", PICTURES, "/images/generations"),
    Surface("images-edits", "POST", "/v1/images/edits", PICTURES, "/images/edits", kinds=(*_FORM, JSON)),
    Surface(
        "images-variations", "POST", "/v1/images/variations", PICTURES, "/images/variations", kinds=_FORM
    ),
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
    *(Surface("mcp", method, "/mcp/{mount}", MCP, "/mcp/{mount}", "mcp", passed=_MCP) for method in _METHODS),
    Surface("ollama-models", "GET", "/api/version", ollama.TOLD, "/api/version", "look", passed=OLLAMA),
)
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
"""Methods of addresses that the operator lets through."""
PASSED = "passed"
"""The surface of addresses that the operator lets through."""
NAMES = (*dict.fromkeys(surface.name for surface in TABLE), PASSED)
"""Every surface's name, once."""
_EXACT: dict[str, dict[str, Surface]] = {}
for _row in TABLE:
    if _row.exact:
        _EXACT.setdefault(_row.path, {})[_row.method] = _row
_OTHERS = tuple((row, tuple(row.path.split("/")[1:])) for row in TABLE if not row.exact)


def find(method: str, path: str, passed: Sequence[str] = ()) -> Found:
    """The surface at an address; Refusal where there is none, or not by this method.

    ``passed``: beginnings of paths that the operator lets through though nothing is known of them.
    """
    rows = _EXACT.get(path)
    if rows is not None and (row := rows.get(method)) is not None:
        return Found(row, {})
    allowed = {*rows} if rows else set()
    for row, names in _named(path):
        if row.method == method:
            return Found(row, names)
        allowed.add(row.method)
    if not allowed and method in METHODS and any(_below(path, beginning) for beginning in passed):
        return _passed(method, path)
    if allowed:
        raise Refusal("method_not_allowed", allow=", ".join(sorted(allowed)))
    raise Refusal("not_found")


def _below(path: str, beginning: str) -> bool:
    return path == beginning or path.startswith(beginning.rstrip("/") + "/")


def _passed(method: str, path: str) -> Found:
    """An address of which nothing is known but that it may be called."""
    visit: Literal["call", "look"] = "call" if method in {"POST", "PUT", "PATCH"} else "look"
    place = path.removeprefix("/v1")
    row = Surface(PASSED, method, path, ANYTHING, "/{rest:path}", visit, kinds=())
    return Found(row, {"rest": place.removeprefix("/")})


def asked(found: Found, headers: Iterable[tuple[bytes, bytes]]) -> Found:
    """Models are told at one address to the clients of two surfaces, who differ in a header."""
    if found.surface.name != "models" or all(name != VERSION for name, _ in headers):
        return found
    return found._replace(surface=found.surface._replace(codec=COUNT, passed=ANTHROPIC, keys=_KEYS))


def speaks(path: str) -> Codec:
    """Who says that there is nothing at an address: whoever says it at the addresses beside it."""
    if path.startswith("/v1/messages"):
        return MESSAGES
    if path.startswith("/mcp/"):
        return MCP
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
