"""An incident about a leaked key, as the acts are given it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from yanmen.core.clock import now
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event, Incident, Ref
from yanmen.soc.context import Context
from yanmen.soc.watch import Soc
from yanmen.store import Key, Store


@dataclass
class Case:
    """A store with one incident, and what an act is made with."""

    store: Store
    key: Key
    incident: Incident

    def context(self, action: str = "act_1", actor: str = "playbook:leaked-key") -> Context:
        """For one action."""
        return Context(store=self.store, actor=Ref.parse(actor), key=action)

    def now(self) -> Incident:
        """The incident as it stands."""
        found = self.store.incidents.get(self.incident.id)
        assert found is not None
        return found

    def banned(self) -> set[str]:
        """Decisions that stand."""
        return {decision.id for decision in self.store.decisions.standing(now())}


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """A leaked key's incident to which nothing was done."""
    with Store.open(tmp_path / "data") as store:
        key = Key(
            id=new_id("key"), hash=key_hash(new_key()), name="ci", scopes=("call", "admin"), created=now()
        )
        store.append(_event("key.created", {"key": msgspec.to_builtins(key)})).result(30)
        store.append(
            _event("leak.sighted", {"hash": key.hash, "key": key.id, "place": "x", "source": "y"})
        ).result(30)
        watch = Soc(store, shadow_until=1 << 62)
        watch.step()
        watch.close()
        (incident,) = store.incidents.list()
        yield Case(store=store, key=key, incident=incident)


def _event(kind: str, data: dict[str, Any]) -> Event:
    return Event(id=new_id("evt"), at=now(), kind=kind, data=data)
