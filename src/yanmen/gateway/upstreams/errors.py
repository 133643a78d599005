"""What can go wrong on the way to the model, in seven words."""

from __future__ import annotations

from typing import Literal

Kind = Literal["unreachable", "timeout", "garbage", "broken", "too-large", "busy", "no-route"]
"""``unreachable``: no connection. ``timeout``: a deadline passed. ``garbage``: not HTTP, or HTTP that two readers could read
in two ways. ``broken``: the connection ended before the answer did. ``too-large``: past a bound. ``busy``: no upstream had room
in time. ``no-route``: no upstream serves the model."""


class UpstreamError(Exception):
    """A call that the model did not answer properly. ``detail`` is fit for a log: no header, no credential, no body."""

    def __init__(self, kind: Kind, detail: str) -> None:
        """Say which of the kinds it is, and what happened."""
        super().__init__(f"{kind}: {detail}")
        self.kind: Kind = kind
        self.detail = detail
        self.sent = True
        """Whether any byte of the call may have reached an upstream."""
        self.upstream = ""
        """Who was asked last, by its name in the configuration."""
        self.tries = 0
        """How many were asked."""
        self.retry_after = 0
        """Seconds after which to ask again; 0: nobody knows."""
