"""API keys: making, replacing and revoking them. A key's text is answered once and kept nowhere."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from yanmen.console.desk.house import AbsentError, Caller, House
from yanmen.console.desk.shapes import Asked, Id, Limit, Line, Nothing, Shape, page, when
from yanmen.core.clock import DAY, SECOND
from yanmen.core.config.limits import Allowance, allowance_data
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event, Phrase, Ref
from yanmen.core.redaction import visible
from yanmen.gateway.limits.plans import parsed
from yanmen.gateway.limits.scopes import checked
from yanmen.soc import handover
from yanmen.store import Key
from yanmen.store.records import Priority

Scope = Literal["call", "guard", "intel", "admin"]
KeyState = Literal["usable", "expired", "revoked"]


Short = Annotated[str, Meta(min_length=1, max_length=200)]
Names = Annotated[tuple[Short, ...], Meta(max_length=50)]


class KeyShape(Shape, frozen=True):
    """A key without its text."""

    id: str
    name: str
    tenant: str
    scopes: list[Scope]
    state: KeyState
    created: int
    expires: int
    revoked: int
    replaces: str
    waits: bool
    """A playbook made it, and its text waits to be taken."""
    team: str
    models: list[str]
    surfaces: list[str]
    ips: list[str]
    limits: dict[str, Any]
    """What it may use, where it says so itself."""
    priority: Priority


class AskedKeys(Asked, frozen=True):
    """Which keys to list."""

    key: Id = ""
    """The id of the only one; nothing: all."""
    before: Id = ""
    """Only keys made before this one."""
    limit: Limit = 100


class Keys(Shape, frozen=True):
    """Some keys, the latest first."""

    keys: list[KeyShape]
    before: str
    """Ask with this for the next ones; nothing: there are none."""


class NewKey(Shape, frozen=True):
    """A key and its text, which is never answered again."""

    key: KeyShape
    text: str


class AskedKey(Asked, frozen=True):
    """The key to make."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    tenant: Annotated[str, Meta(min_length=1, max_length=100)] = "default"
    scopes: Annotated[tuple[Scope, ...], Meta(min_length=1, max_length=4)] = ("call",)
    days: Annotated[int, Meta(ge=0, le=3_650)] = 0
    """Days after which it expires; 0: never."""
    team: Annotated[str, Meta(max_length=100)] = ""
    models: Names = ()
    """Patterns of the models it may call; none: all."""
    surfaces: Names = ()
    """The surfaces it may use; none: all."""
    ips: Names = ()
    """Addresses and networks it may be used from; none: all."""
    limits: Allowance = Allowance()
    """What it says takes the place of the configuration's limits for every key."""
    priority: Priority = "normal"


class AskedRotation(Asked, frozen=True):
    """How a key is replaced."""

    hours: Annotated[int, Meta(ge=0, le=720)] = 24
    """For how long the old one still works beside the new one."""


class AskedRevocation(Asked, frozen=True):
    """Why a key is revoked."""

    reason: Line


def keys(house: House, caller: Caller, asked: AskedKeys) -> Keys:
    """Keys, the latest first; revoked and expired ones too."""
    del caller
    found = [key for key in house.store.keys.list() if asked.key in {"", key.id}]
    shown, more = page(sorted(found, key=when), asked.before, house.store.keys.get, asked.limit)
    at, store = house.clock(), house.store
    return Keys(keys=[shape(key, at, waits=handover.waits(store, key)) for key in shown], before=more)


def create(house: House, caller: Caller, asked: AskedKey) -> NewKey:
    """Make a key; usable at every door at its next look."""
    at = house.clock()
    text = new_key()
    checked(asked.surfaces, asked.ips)
    for budget in asked.limits.budgets:
        parsed(budget, house.config.limits.currency)
    key = Key(
        id=new_id("key"),
        hash=key_hash(text),
        name=_plain(asked.name, Phrase(en="name", zh="名称")),
        tenant=_plain(asked.tenant, Phrase(en="tenant", zh="租户")),
        scopes=tuple(dict.fromkeys(asked.scopes)),
        created=at,
        expires=at + asked.days * DAY if asked.days else 0,
        team=_plain(asked.team, Phrase(en="team", zh="团队")) if asked.team else "",
        models=asked.models,
        surfaces=asked.surfaces,
        ips=asked.ips,
        limits=asked.limits,
        priority=asked.priority,
    )
    house.commit(_event("key.created", caller, key.id, at, {"key": msgspec.to_builtins(key)}))
    return NewKey(key=shape(key, at), text=text)


def rotate(house: House, caller: Caller, name: str, asked: AskedRotation) -> NewKey:
    """Make a key that takes another's place; the old one works for some hours more."""
    old, at = get(house, name), house.clock()
    if not old.usable(at):
        raise YanmenError(
            Phrase(en="only a usable key can be rotated", zh="只有可用的密钥才能轮换"),
            hint=Phrase(en="Create a new key.", zh="请新建密钥。"),
        )
    text = new_key()
    until = at + asked.hours * 3_600 * SECOND
    until = min(until, old.expires) if old.expires else until
    fresh = msgspec.structs.replace(
        old, id=new_id("key"), hash=key_hash(text), created=at, replaces=old.id, revoked=0
    )
    data = {"key": msgspec.to_builtins(fresh), "replaces": old.id, "until": until}
    house.commit(_event("key.rotated", caller, fresh.id, at, data))
    return NewKey(key=shape(fresh, at), text=text)


def collect(house: House, caller: Caller, name: str, asked: Nothing) -> NewKey:
    """Take the text of a key that a playbook made; it is answered once, then erased."""
    del asked
    key, text = handover.collect(house.store, get(house, name).id, actor=caller.ref)
    return NewKey(key=shape(key, house.clock()), text=text)


def revoke(house: House, caller: Caller, name: str, asked: AskedRevocation) -> KeyShape:
    """End a key for good."""
    found, at = get(house, name), house.clock()
    if not found.revoked:
        data = {"key": found.id, "reason": visible(asked.reason.strip())}
        house.commit(_event("key.revoked", caller, found.id, at, data))
    return shape(get(house, name), house.clock())


def get(house: House, key: str) -> Key:
    """A key by its id; AbsentError where there is none."""
    found = house.store.keys.get(key)
    if found is None:
        raise AbsentError(Phrase(en=f"there is no key {visible(key)}", zh=f"没有密钥 {visible(key)}"))
    return found


def shape(key: Key, at: int, *, waits: bool = False) -> KeyShape:
    """A key in its shape, as it stands at a time."""
    state: KeyState = "usable"
    if not key.usable(at):
        state = "revoked" if key.revoked and key.revoked <= at else "expired"
    return KeyShape(
        id=key.id,
        name=key.name,
        tenant=key.tenant,
        scopes=list(key.scopes),
        state=state,
        created=key.created,
        expires=key.expires,
        revoked=key.revoked,
        replaces=key.replaces,
        waits=waits,
        team=key.team,
        models=list(key.models),
        surfaces=list(key.surfaces),
        ips=list(key.ips),
        limits=allowance_data(key.limits),
        priority=key.priority,
    )


def _plain(text: str, what: Phrase) -> str:
    """A name fit to stand in logs and pages."""
    text = text.strip()
    if not text or not text.isprintable():
        raise YanmenError(
            Phrase(en=f"the {what.en} must be printable text", zh=f"{what.zh}须为可见文本"),
            hint=Phrase(en="Leave out control characters.", zh="请去掉控制字符。"),
        )
    return text


def _event(kind: str, caller: Caller, key: str, at: int, data: dict[str, Any]) -> Event:
    subject = Ref(kind="key", id=key)
    return Event(id=new_id("evt"), at=at, kind=kind, actor=caller.ref, subject=subject, data=data)
