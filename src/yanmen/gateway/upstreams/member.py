"""One upstream of the fleet: its connections, how it does, and what it has done."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

import msgspec

from yanmen.core.config import Gateway, Upstream
from yanmen.core.config.crossing import DEFAULT
from yanmen.gateway.upstreams.address import SECTION
from yanmen.gateway.upstreams.choice import Peer
from yanmen.gateway.upstreams.errors import UpstreamError
from yanmen.gateway.upstreams.health import Health
from yanmen.gateway.upstreams.limit import Limit
from yanmen.gateway.upstreams.pool import Pool

PROBED = 64 << 10
"""Bytes of a probe's answer that are read; a longer one is a failure."""
BAD = 500
"""A probe's answer is good below this status."""
_COMMON = Upstream().key_env

Told = Callable[[str, str, str], None]
"""Told that an upstream was ``ejected`` or has ``returned``: which, its name, and why."""


class Member(Peer):
    """One upstream."""

    __slots__ = ("_probing", "ended", "left", "pool", "settings")

    def __init__(self, name: str, settings: Upstream, gateway: Gateway) -> None:
        """YanmenError for what is wrong with its settings."""
        most = min(settings.calls or settings.connections, settings.connections)
        super().__init__(name, Health(gateway.health), Limit(most, gateway.overload))
        self.settings = settings
        section = section_of(name)
        self.pool = Pool(credited(name, settings), gateway.bounds, section)
        self.ended: Counter[str] = Counter()
        """Calls by what became of them: ``ok``, ``status_503``, ``timeout`` …"""
        self.left: asyncio.Event | None = None
        """Set when its last call has ended, once it is out of the configuration."""
        self._probing: asyncio.Task[None] | None = None

    def same(self, settings: Upstream, old: Gateway, new: Gateway) -> bool:
        """Whether it can stay as it is under a new configuration."""
        kept = (old.bounds, old.health, old.overload) == (new.bounds, new.health, new.overload)
        return kept and self.settings == settings

    def watch(self, told: Told) -> None:
        """Begin to probe it, where it is to be probed."""
        if self.settings.probe and self._probing is None:
            self._probing = asyncio.get_running_loop().create_task(self._probe(told))

    async def _probe(self, told: Told) -> None:
        while True:
            await asyncio.sleep(self.settings.probe_seconds)
            why = await self._trouble()
            now, health = asyncio.get_running_loop().time(), self.health
            turn = health.failed(now, "call", f"probe: {why}") if why else health.succeeded(now)
            if turn:
                told(turn, self.name, health.why)

    async def _trouble(self) -> str:
        try:
            async with asyncio.timeout(self.settings.first_byte_seconds):
                answer = await self.pool.send("GET", self.settings.probe, [], b"")
                await answer.read(PROBED)
        except UpstreamError as error:
            return str(error)
        except TimeoutError:
            return "no answer in time"
        return f"status {answer.status}" if answer.status >= BAD else ""

    async def close(self) -> None:
        """Probe it no more, and close its connections."""
        if self._probing is not None:
            self._probing.cancel()
            await asyncio.wait([self._probing])
        await self.pool.close()


def section_of(name: str) -> str:
    """Where an upstream stands in the configuration."""
    return SECTION if name == DEFAULT else f"gateway.upstreams.{name}"


def credited(name: str, settings: Upstream) -> Upstream:
    """A named upstream never takes the unnamed one's credential: its variable is ``YANMEN_UPSTREAM_NAME_KEY``."""
    if name == DEFAULT or settings.key_env != _COMMON:
        return settings
    own = f"YANMEN_UPSTREAM_{name.upper().replace('-', '_')}_KEY"
    return msgspec.structs.replace(settings, key_env=own)
