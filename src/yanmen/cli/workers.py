"""Several gateways behind one port of one machine: the parent holds the socket, and each accepts from it.

The socket outlives every gateway, so one after the other can be renewed and no connection is refused meanwhile: what no gateway has
accepted waits in the kernel's queue. Under systemd the socket may outlive the whole group (socket activation).
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from yanmen.cli.processes import Child, door
from yanmen.core.config import Config
from yanmen.core.errors import YanmenError

_FIRST = 3
"""The first descriptor that systemd hands over (sd_listen_fds)."""


def listening(config: Config) -> socket.socket | None:
    """The socket that the gateways share: the service manager's, or one of our own where there are several; else None."""
    if os.environ.get("LISTEN_PID") == str(os.getpid()) and os.environ.get("LISTEN_FDS", "0") != "0":
        given = socket.socket(fileno=_FIRST)
        given.setblocking(False)
        return given
    if config.gateway.workers == 1:
        return None
    from yanmen.gateway.server import bind

    return bind(config.gateway.host, config.gateway.port)


def gateways(config: Config, shared: socket.socket | None) -> list[Child]:
    """The gateways, not started yet."""
    names = ["gateway", *(f"gateway-{number}" for number in range(2, config.gateway.workers + 1))]
    return [gateway(name, config, shared) for name in names]


def gateway(name: str, config: Config, shared: socket.socket | None) -> Child:
    """One gateway, by the name of its log."""
    child = door("gateway", config)
    child.name = name
    child.logs = Path(config.data) / "logs"
    if shared is not None:
        child.command = [sys.executable, "-m", "yanmen.cli.processes", "gateway", str(shared.fileno())]
        child.keeps = (shared.fileno(),)
    return child


def is_gateway(child: Child) -> bool:
    """Whether a child is one of the gateways."""
    return child.name.partition("-")[0] == "gateway"


def roll(children: list[Child], shared: socket.socket | None, say: Callable[[str, str], None]) -> None:
    """Renew each gateway: another takes its place before it ends. One that does not start leaves the old one standing."""
    if shared is None:
        say("not_rolled", "")
        return
    for place, old in enumerate(children):
        if not is_gateway(old) or old.config is None:
            continue
        new = gateway(old.name, old.config, shared)
        try:
            new.start()
        except YanmenError as error:
            say("failed", str(error))
            return
        children[place] = new
        old.stop()
        say("rolled", new.name)
