"""What is fetched because somebody gave its address: by https only, of bounded size, kept no longer than it is read."""

from __future__ import annotations

import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from yanmen.core.errors import YanmenError
from yanmen.core.language import Messages
from yanmen.core.redaction import visible

_MESSAGES = Messages(Path(__file__).parent / "messages" / "feeds")
LARGEST = 8 << 30
"""Bytes."""
PATIENCE_SECONDS = 60
"""How long an answer may be silent."""
_CHUNK = 1 << 20


def shown(source: str) -> str:
    """A source fit to store and to show: an address without credentials and query."""
    if "://" not in source:
        return visible(source)
    parts = urlsplit(source)
    return visible(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")


@contextmanager
def here(source: str, folder: Path) -> Iterator[Path]:
    """A path, or an https:// address, as a file or folder of this machine. YanmenError where it cannot be fetched."""
    if "://" not in source:
        yield Path(source)
        return
    if not source.startswith("https://"):
        raise YanmenError(_MESSAGES.phrase("not_https"), where=shown(source), hint=_MESSAGES.phrase("https"))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetched-") as room:
        path = Path(room) / (Path(urlsplit(source).path).name or "feed")
        _fetch(source, path)
        yield path


class _Securely(urllib.request.HTTPRedirectHandler):
    """Follows no way that leads off https."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if not newurl.startswith("https://"):
            raise urllib.error.URLError(_MESSAGES.say("not_https"))
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _fetch(source: str, path: Path) -> None:
    """Download a file of bounded size; an answer that ends early is an error."""
    size = 0
    try:
        opener = urllib.request.build_opener(_Securely)
        with opener.open(source, timeout=PATIENCE_SECONDS) as answer, path.open("wb") as stream:
            while chunk := answer.read(_CHUNK):
                size += len(chunk)
                if size > LARGEST:
                    raise YanmenError(_MESSAGES.phrase("too_large"), where=shown(source))
                stream.write(chunk)
            declared = answer.headers.get("content-length", "")
    except (urllib.error.URLError, TimeoutError, ConnectionError, ValueError) as error:
        said = _MESSAGES.phrase("unreachable", why=visible(str(getattr(error, "reason", error))))
        raise YanmenError(said, where=shown(source)) from error
    if declared.isdigit() and int(declared) != size:
        raise YanmenError(_MESSAGES.phrase("cut", size=size, declared=declared), where=shown(source))
