"""Which addresses and networks are banned, until when: the standing decisions as the wall sees them. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from yanmen.edge.program import Network
from yanmen.edge.site import Site
from yanmen.policy.standing import network_of


class Ban(Protocol):
    """One standing ban, as ``store.decisions.addresses`` has them."""

    @property
    def seq(self) -> int:
        """Place of its event in the log."""

    @property
    def id(self) -> str:
        """Of the decision."""

    @property
    def subject(self) -> str:
        """``ip:203.0.113.0/24``."""

    @property
    def until(self) -> int:
        """When it ends, in microseconds."""


class Counts(NamedTuple):
    """What stands, and what of it is not in the kernel."""

    bans: int = 0
    """Addresses and networks that are to be in the kernel."""
    networks: int = 0
    """How many of them are networks."""
    allowed: int = 0
    """Banned, but on the allow list, which wins."""
    unguarded: int = 0
    """Banned, but of a family that is not guarded."""
    beyond: int = 0
    """More than there is room for; the oldest."""
    unreadable: int = 0
    """Subjects that are no address."""


class Bans:
    """A projection, kept by what is decided and what is lifted."""

    def __init__(self, site: Site) -> None:
        """Nothing stands yet."""
        self._site = site
        self._by_network: dict[Network, dict[str, tuple[int, int]]] = {}
        self._networks: dict[str, Network] = {}
        self._unreadable: set[str] = set()
        self._shut: dict[Network, str] = {}

    def __len__(self) -> int:
        """Networks that are known, whether they are to be in the kernel or not."""
        return len(self._by_network)

    def add(self, bans: Iterable[Ban]) -> set[Network]:
        """Take up bans; answer the networks whose end may have changed."""
        changed = set()
        for ban in bans:
            found = network_of(ban.subject.partition(":")[2])
            if found is None:
                self._unreadable.add(ban.id)
                continue
            network = Network(*found)
            self._networks[ban.id] = network
            self._by_network.setdefault(network, {})[ban.id] = (ban.until, ban.seq)
            changed.add(network)
        return changed

    def lift(self, ids: Iterable[str]) -> set[Network]:
        """Let go of bans by the ids of their decisions; answer the networks whose end may have changed."""
        changed = set()
        for name in ids:
            self._unreadable.discard(name)
            network = self._networks.pop(name, None)
            if network is None:
                continue
            held = self._by_network[network]
            del held[name]
            if not held:
                del self._by_network[network]
            changed.add(network)
        return changed

    def prune(self, at: int) -> None:
        """Forget what has ended."""
        ended = [
            name for held in self._by_network.values() for name, (until, _) in held.items() if until <= at
        ]
        self.lift(ended)

    def until(self, network: Network, at: int) -> int:
        """When the last ban of a network ends that is to be in the kernel; 0 for none."""
        if self._why_not(network):
            return 0
        held = self._by_network.get(network)
        last = max((until for until, _ in held.values()), default=0) if held else 0
        return last if last > at else 0

    def wanted(self, at: int) -> tuple[dict[Network, int], Counts]:
        """Everything that is to be in the kernel with its end, and the counts; of too many, the newest."""
        found: dict[Network, int] = {}
        allowed = unguarded = 0
        for network, held in self._by_network.items():
            last = max(until for until, _ in held.values())
            if last <= at:
                continue
            why = self._why_not(network)
            if not why:
                found[network] = last
            elif why == "allowed":
                allowed += 1
            else:
                unguarded += 1
        beyond = max(0, len(found) - self._site.edge.bans)
        if beyond:
            newest = heapq.nlargest(self._site.edge.bans, found, key=self._newest)
            found = {network: found[network] for network in newest}
        networks = sum(network.prefix < network.width for network in found)
        return found, Counts(len(found), networks, allowed, unguarded, beyond, len(self._unreadable))

    def _newest(self, network: Network) -> int:
        return max(seq for _, seq in self._by_network[network].values())

    def _why_not(self, network: Network) -> str:
        """Why a network is not put into the kernel; empty where it is. Remembered, for there may be many."""
        why = self._shut.get(network)
        if why is None:
            guarded = network.width in self._site.widths
            why = ("allowed" if self._site.allows(network) else "") if guarded else "unguarded"
            if len(self._shut) > 2 * self._site.edge.bans:
                self._shut.clear()
            self._shut[network] = why
        return why
