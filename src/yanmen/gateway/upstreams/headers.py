"""Which headers pass the gateway, both ways, and the credential that it adds of its own. Names are in lower case."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from yanmen.core import foreign
from yanmen.core.config import Upstream
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase

Headers = list[tuple[bytes, bytes]]

HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""Headers of one connection only (RFC 9110 §7.6.1); they never pass."""

REQUEST = frozenset(
    {
        b"accept",
        b"accept-language",
        b"anthropic-beta",
        b"anthropic-version",
        b"content-type",
        b"idempotency-key",
        b"last-event-id",
        b"mcp-method",
        b"mcp-name",
        b"mcp-protocol-version",
        b"mcp-session-id",
        b"openai-beta",
        b"traceparent",
        b"tracestate",
        b"x-request-id",
    }
)
"""All that a client may say to a model or to an MCP server, beside REQUEST_FAMILY.

Credentials, cookies, addresses and unknown headers are not in it.
"""

REQUEST_FAMILY = b"mcp-param-"
"""A family of headers that repeat what is in a message of MCP."""

RESPONSE = frozenset(
    {
        b"anthropic-version",
        b"cache-control",
        b"content-language",
        b"content-type",
        b"mcp-protocol-version",
        b"mcp-session-id",
        b"openai-model",
        b"openai-processing-ms",
        b"openai-version",
        b"request-id",
        b"retry-after",
        b"retry-after-ms",
        b"x-request-id",
        b"x-should-retry",
    }
)
"""All that a model may say to a client, beside RESPONSE_FAMILIES. Lengths and encodings are the gateway's own to say."""

RESPONSE_FAMILIES = (b"x-ratelimit-", b"anthropic-ratelimit-")
"""Families of headers that a model may say to a client."""

_NOT_TEXT = Phrase(en="not text", zh="不是文本")
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_OWN = HOP_BY_HOP | {b"host", b"content-length", b"accept-encoding", b"expect"}


def forward_request_headers(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """What of a client's headers goes to the model: the allow-list REQUEST, in order."""
    return [pair for pair in headers if pair[0] in REQUEST or pair[0].startswith(REQUEST_FAMILY)]


def forward_response_headers(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """What of a model's headers goes to the client: RESPONSE and its families, less what ``Connection`` names."""
    kept = [pair for pair in headers if pair[0] in RESPONSE or pair[0].startswith(RESPONSE_FAMILIES)]
    if named := {token for name, value in headers if name == b"connection" for token in _tokens(value)}:
        kept = [pair for pair in kept if pair[0] not in named]
    return kept


def _tokens(value: bytes) -> list[bytes]:
    return [token.strip().lower() for token in value.split(b",")]


def credential(settings: Upstream) -> str:
    """The upstream's key: ``key``, else what ``key_file`` holds, else the environment's ``key_env``; empty where none is.

    A key that is not visible ASCII, or a file that cannot be read, is a YanmenError; the key itself is never in it.
    """
    key, place = settings.key, "upstream.key"
    if not key and settings.key_file:
        place = settings.key_file
        try:
            key = Path(place).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = foreign.system(error) if isinstance(error, OSError) else _NOT_TEXT
            raise YanmenError(
                Phrase(en=f"cannot read the upstream's key: {why.en}", zh=f"无法读取上游密钥：{why.zh}"),
                where=place,
                hint=Phrase(
                    en="Name a readable file that holds the key and nothing else.",
                    zh="请指定一个可读的文件，其中只放密钥。",
                ),
            ) from None
    elif not key and settings.key_env:
        key, place = os.environ.get(settings.key_env, "").strip(), settings.key_env
    if not re.fullmatch(r"[!-~]*", key):
        raise YanmenError(
            Phrase(
                en="the upstream's key holds characters that no header may",
                zh="上游密钥含有请求头中不允许的字符",
            ),
            where=place,
            hint=Phrase(en="Check the key.", zh="请检查该密钥。"),
        )
    return key


def own_headers(settings: Upstream, section: str = "gateway.upstream") -> Headers:
    """The headers that the gateway adds to each call: the templates of the configuration with ``{key}`` filled in.

    A template that needs a key is left out when there is none. A name or value that would break the framing is a YanmenError.
    """
    key, filled = credential(settings), []
    for name, template in settings.headers.items():
        if "{key}" in template and not key:
            continue
        written = name.lower().encode("utf-8"), template.replace("{key}", key).encode("utf-8")
        if not _TOKEN.fullmatch(written[0]) or not _VALUE.fullmatch(written[1]) or written[0] in _OWN:
            raise YanmenError(
                Phrase(en="cannot be a header", zh="不能用作请求头"),
                where=f"{section}.headers.{name}",
                hint=Phrase(
                    en="Give a header name and a text without line breaks; framing headers are set by the gateway.",
                    zh="请给出请求头名称和不含换行的文本；报文分帧所用的请求头由网关设置。",
                ),
            )
        filled.append(written)
    return filled
