"""How a request that asks for an upgrade goes on in HTTP/1.1."""

from __future__ import annotations

from typing import Protocol


class Handler(Protocol):
    """What a parser of requests calls."""

    def on_message_begin(self) -> None:
        """A request begins."""

    def on_url(self, url: bytes) -> None:
        """A piece of its target."""

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header or trailer."""

    def on_headers_complete(self) -> None:
        """Its head is whole."""

    def on_chunk_header(self) -> None:
        """A chunk of its body begins."""

    def on_body(self, body: bytes) -> None:
        """A piece of its body."""

    def on_message_complete(self) -> None:
        """It is whole."""


class AfterUpgrade:
    """A parser's handler that passes everything on but one head: that of the request which asked for an upgrade."""

    def __init__(self, handler: Handler) -> None:
        """The next head is not passed on."""
        self._handler = handler
        self._muted = True
        self.on_body = handler.on_body
        self.on_chunk_header = handler.on_chunk_header
        self.on_message_complete = handler.on_message_complete

    def on_message_begin(self) -> None:
        """As the parser calls it."""
        if not self._muted:
            self._handler.on_message_begin()

    def on_url(self, url: bytes) -> None:
        """As the parser calls it."""
        if not self._muted:
            self._handler.on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """As the parser calls it."""
        if not self._muted:
            self._handler.on_header(name, value)

    def on_headers_complete(self) -> None:
        """As the parser calls it."""
        if self._muted:
            self._muted = False
        else:
            self._handler.on_headers_complete()
