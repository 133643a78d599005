"""Who holds the gateway's places for calls, so that one tenant does not hold them all. Pure."""

from __future__ import annotations


class Places:
    """Places for calls, by tenant."""

    def __init__(self, places: int, share: float = 1.0) -> None:
        """``share`` of the places is the most that one tenant may hold, where there are several."""
        self._most = max(1, int(places * share))
        self._held: dict[str, int] = {}
        self._seen: set[str] = set()
        self.refused = 0
        """Calls for which their tenant had no place left, so far."""

    def take(self, tenant: str) -> bool:
        """One place more for a tenant, if it may."""
        held = self._held.get(tenant, 0)
        if held >= self._most and len(self._seen) > 1:
            self.refused += 1
            return False
        if not held:
            self._seen.add(tenant)
        self._held[tenant] = held + 1
        return True

    def leave(self, tenant: str) -> None:
        """One less."""
        held = self._held[tenant] - 1
        if held:
            self._held[tenant] = held
        else:
            del self._held[tenant]
