"""What can go wrong on the way to the model, in five words."""

from __future__ import annotations

from typing import Literal

Kind = Literal["unreachable", "timeout", "garbage", "broken", "too-large"]
"""``unreachable``: no connection. ``timeout``: a deadline passed. ``garbage``: not HTTP, or HTTP that two readers could read
in two ways. ``broken``: the connection ended before the answer did. ``too-large``: past a bound."""


class UpstreamError(Exception):
    """A call that the model did not answer properly. ``detail`` is fit for a log: no header, no credential, no body."""

    def __init__(self, kind: Kind, detail: str) -> None:
        """Say which of the five kinds it is, and what happened."""
        super().__init__(f"{kind}: {detail}")
        self.kind: Kind = kind
        self.detail = detail
