"""How a request that asks for an upgrade goes on in HTTP/1.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yanmen.gateway.protocol import HttpProtocol


class AfterUpgrade:
    """A parser's handler that passes everything on but one head: that of the request which asked for an upgrade."""

    def __init__(self, connection: HttpProtocol) -> None:
        """The next head is not passed on."""
        self._connection = connection
        self._muted = True
        self.on_body = connection.on_body
        self.on_chunk_header = connection.on_chunk_header
        self.on_message_complete = connection.on_message_complete

    def on_message_begin(self) -> None:
        """As the parser calls it."""
        if not self._muted:
            self._connection.on_message_begin()

    def on_url(self, url: bytes) -> None:
        """As the parser calls it."""
        if not self._muted:
            self._connection.on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """As the parser calls it."""
        if not self._muted:
            self._connection.on_header(name, value)

    def on_headers_complete(self) -> None:
        """As the parser calls it."""
        if self._muted:
            self._muted = False
        else:
            self._connection.on_headers_complete()
