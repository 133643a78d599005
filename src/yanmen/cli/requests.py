"""One HTTP request to a running gateway, bounded; its refusal to be reached in the words of a mendable error."""

from __future__ import annotations

import http.client
import ssl
from urllib.parse import urlsplit

from yanmen.core import foreign
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase

SECONDS = 30
"""How long a running gateway may take to answer."""
LONGEST = 65_536
"""Bytes of an answer that are read."""


def ask(url: str, method: str, key: str, body: bytes | None = None) -> tuple[int, bytes]:
    """The status and body of its answer. YanmenError where ``url`` is no address, or nobody answers there."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise YanmenError(
            Phrase(en=f"{url} is not an address", zh=f"{url} 不是有效的地址"),
            hint=Phrase(en="For example http://127.0.0.1:8080.", zh="例如 http://127.0.0.1:8080。"),
        )
    connection = (
        http.client.HTTPSConnection(parts.netloc, timeout=SECONDS, context=ssl.create_default_context())
        if parts.scheme == "https"
        else http.client.HTTPConnection(parts.netloc, timeout=SECONDS)
    )
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    try:
        connection.request(method, parts.path or "/", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(LONGEST)
    except (OSError, http.client.HTTPException) as error:
        why = foreign.system(error) if isinstance(error, OSError) else foreign.said(str(error))
        raise YanmenError(
            Phrase(en=f"no gateway answers at {url}: {why.en}", zh=f"{url} 处没有网关应答：{why.zh}"),
            hint=Phrase(en="Start it with `yanmen up`.", zh="请用 `yanmen up` 启动。"),
        ) from error
    finally:
        connection.close()
