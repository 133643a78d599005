"""Whoever started us and waits to hear that everything runs: systemd, for a unit of ``Type=notify``."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

_ADDRESS = "NOTIFY_SOCKET"


def tell(state: str) -> None:
    """Say a state of sd_notify(3), such as ``READY=1``. Nothing where nobody waits; nothing is wrong where nobody listens."""
    address = os.environ.get(_ADDRESS, "")
    if not address:
        return
    if address.startswith("@"):  # an abstract name
        address = f"\0{address[1:]}"
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as there:
        there.sendto(state.encode(), address)
