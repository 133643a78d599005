"""Follows the store: what stands at first, and then only what was decided and lifted since."""

from __future__ import annotations

from yanmen.core.clock import Clock
from yanmen.edge.bans import Bans, Counts
from yanmen.edge.program import Network
from yanmen.edge.site import Site
from yanmen.store import Store

_LIFTED = ("decision.lifted",)
_MANY = 10_000
"""Lifted at once; past it everything is read anew."""


class Following:
    """The bans of a store, as far as it has been followed."""

    def __init__(self, site: Site, clock: Clock) -> None:
        """Nothing has been read."""
        self._site = site
        self._clock = clock
        self._bans = Bans(site)
        self._touched = -1
        self.seq = 0
        """Place in the log up to which everything is known."""
        self.counts = Counts()
        """As of the last ``wanted``."""

    def begin(self, store: Store) -> None:
        """Read everything that stands."""
        self._touched = store.touched("standing")
        self.seq = store.events.last_seq()
        self._bans = Bans(self._site)
        self._bans.add(store.decisions.addresses(self._clock()))

    def wanted(self) -> dict[Network, int]:
        """Everything that is to be in the kernel now."""
        wanted, self.counts = self._bans.wanted(self._clock())
        return wanted

    def moved(self, store: Store) -> bool:
        """Whether anything was decided or lifted. A few microseconds."""
        return store.touched("standing") != self._touched

    def follow(self, store: Store) -> dict[Network, int] | None:
        """What has changed, with its new ends (0: none); None where all is to be looked at anew.

        The place is read first: what is written meanwhile is taken up twice, which does no harm.
        """
        touched, last, at = store.touched("standing"), store.events.last_seq(), self._clock()
        made = store.decisions.addresses(at, self.seq)
        lifted = store.events.after(self.seq, _MANY, _LIFTED)
        if len(lifted) == _MANY or not self.seq:
            self.begin(store)
            return None
        changed = self._bans.add(made)
        changed |= self._bans.lift(str(one.event.data["decision"]) for one in lifted)
        self.seq, self._touched = last, touched
        if self.counts.beyond or len(self._bans) > self._site.edge.bans:
            return None
        return {network: self._bans.until(network, at) for network in changed}

    def prune(self) -> None:
        """Forget what has ended."""
        self._bans.prune(self._clock())
