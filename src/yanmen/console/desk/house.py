"""The parts of the running system that the desk works with."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Protocol

from yanmen.core import foreign
from yanmen.core.clock import DAY, Clock, now
from yanmen.core.config import Config
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Event, Phrase, Ref
from yanmen.guard import Guard
from yanmen.intel.networks import Networks
from yanmen.policy import Policy, Standing
from yanmen.soc.abuse.registrations import Registrations
from yanmen.store import Store

WAIT_SECONDS = 30.0
"""How long a change may take to be durable before it is given up, as in ``soc.desk``."""


class PolicySource(Protocol):
    """Whoever holds the policy in force, such as ``policy.Reloader``."""

    @property
    def policy(self) -> Policy:
        """The policy in force now."""
        ...


@dataclass
class House:
    """Store, guard, policy and configuration, and the standing decisions as of the last commit."""

    store: Store
    guard: Guard
    policies: PolicySource
    config: Config = field(default_factory=Config)
    clock: Clock = now
    _standing: Standing = field(default_factory=Standing)
    _place: int = -1
    _shadow_until: int = -1
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _registrations: Registrations | None = None

    def standing(self) -> Standing:
        """The index of standing decisions, made anew when anybody has made or lifted one."""
        with self._lock:
            place = self.store.touched("standing")
            if place != self._place:
                self._standing = Standing(self.store.decisions.standing(self.clock()))
                self._place = place
            return self._standing

    def registrations(self) -> Registrations:
        """The judge of sign-ups, made when it is first asked; it reads lists and record."""
        with self._lock:
            if self._registrations is None:
                networks = Networks(self.config.intel.networks)
                self._registrations = Registrations(self.store, self.config.abuse, networks, self.clock)
            return self._registrations

    def shadow_until(self) -> int:
        """Until when nothing is enforced, in microseconds: ``policy.shadow_days`` from the first event of the record."""
        if not self.config.policy.shadow_days:
            return 0
        if self._shadow_until < 0 and (first := self.store.events.after(0, 1)):
            self._shadow_until = first[0].event.at + self.config.policy.shadow_days * DAY
        return max(0, self._shadow_until)

    def commit(self, *events: Event) -> None:
        """Write events; durable on return. YanmenError for one that is too large to be recorded."""
        try:
            self.store.append(*events).result(WAIT_SECONDS)
        except ValueError as error:
            why = foreign.said(str(error))
            raise YanmenError(
                Phrase(en=f"cannot be recorded: {why.en}", zh=f"无法写入记录：{why.zh}"),
                hint=Phrase(en="Send less at a time.", zh="请减少单次发送的内容。"),
            ) from error


class AbsentError(YanmenError):
    """What is asked for by its id is not in the record."""

    def __init__(self, what: Phrase) -> None:
        """Say what there is none of."""
        super().__init__(what, hint=Phrase(en="Ids are listed by the API.", zh="编号可通过列表接口查询。"))


@dataclass(frozen=True)
class Caller:
    """Who asks: a person with a session, or a program with a key."""

    ref: Ref
    """``account:admin`` or ``key:key_…``: the actor of whatever is done."""
    scopes: frozenset[str]
    """What the caller may do: ``admin`` covers all."""
    tenant: str = "default"
    address: str = ""

    @property
    def name(self) -> str:
        """The name that stands under what the caller does."""
        return self.ref.id

    def may(self, scope: str) -> bool:
        """Whether a scope is the caller's."""
        return scope in self.scopes or "admin" in self.scopes
