"""A key that a playbook made: its text waits, sealed in the vault, until a person takes it, once."""

from __future__ import annotations

import msgspec

from yanmen.core.clock import SECOND, Clock, now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event, Phrase, Ref
from yanmen.core.redaction import visible
from yanmen.soc.desk import WAIT_SECONDS
from yanmen.store import Key, Store

DAYS = 7
"""How long the text waits; then it is erased, and the key can only be rotated again."""
NAME = "key"
"""The text's name in the vault."""


def rotated(
    store: Store, old: Key, *, name: str, overlap: int, actor: Ref, cause: str, clock: Clock = now
) -> Key:
    """A key in the place of another, which works for ``overlap`` seconds more; made once for one ``name``. Durable on return.

    YanmenError where the old key has ended.
    """
    made = store.keys.get(name)
    if made is not None:
        return made
    at, text, event = clock(), new_key(), event_of(name)
    if not old.usable(at):
        raise YanmenError(
            Phrase(en=f"{old.id} has ended; it cannot be rotated", zh=f"{old.id} 已失效，无法轮换"),
            hint=Phrase(en="Make its owner a new key.", zh="请为其所有者新建密钥。"),
        )
    if store.content.names(event):  # a run before this one was cut off between the two writes
        store.content.erase(event_id=event, actor=actor, reason="cut off")
    lasts = old.expires - old.created if old.expires else 0
    key = msgspec.structs.replace(
        old, id=name, hash=key_hash(text), created=at, expires=at + lasts if lasts else 0, replaces=old.id
    )
    commitment = store.content.put(event, old.tenant, NAME, text.encode(), DAYS)
    data = {
        "key": msgspec.to_builtins(key),
        "replaces": old.id,
        "until": at + overlap * SECOND,
        "before": old.expires,
        "tenant": old.tenant,
        "content": {NAME: commitment},
        "cause": cause,
    }
    subject = Ref(kind="key", id=name)
    store.append(Event(id=event, at=at, kind="key.rotated", actor=actor, subject=subject, data=data)).result(
        WAIT_SECONDS
    )
    return key


def undone(store: Store, name: str, *, actor: Ref, clock: Clock = now) -> None:
    """Take a rotation back: the new key ends, the old one ends when it did before. Done twice it is done once."""
    found = store.events.get(event_of(name))
    made = store.keys.get(name)
    if found is None or made is None or made.revoked:
        return
    data = found.event.data
    told = {name: data[name] for name in ("replaces", "until")} | {
        "key": made.id,
        "expires": int(data["before"]),
    }
    subject = Ref(kind="key", id=str(data["replaces"]))
    store.append(
        Event(
            id=new_id("evt"), at=clock(), kind="key.rotation-undone", actor=actor, subject=subject, data=told
        )
    ).result(WAIT_SECONDS)
    if store.content.names(event_of(name)):
        store.content.erase(event_id=event_of(name), actor=actor, reason="undone")


def waits(store: Store, key: Key) -> bool:
    """Whether a key's text waits to be taken."""
    return bool(key.replaces) and NAME in store.content.names(event_of(key.id))


def collect(store: Store, name: str, *, actor: Ref) -> tuple[Key, str]:
    """A new key and its text, once; ``name`` is its id or that of the key it replaces. YanmenError where none waits."""
    keys = {one.id: one for one in store.keys.list() if name in {one.id, one.replaces}}
    for key in sorted(keys.values(), key=lambda one: -one.created):
        text = store.content.get(event_of(key.id), NAME)
        if text is not None:
            store.content.erase(event_id=event_of(key.id), actor=actor, reason="collected")
            return key, text.decode()
    raise YanmenError(
        Phrase(en=f"no key waits for {visible(name)}", zh=f"没有待领取的密钥：{visible(name)}"),
        hint=Phrase(
            en=f"It is shown once, and erased after {DAYS} days; rotate the key again: yanmen keys rotate.",
            zh=f"密钥只显示一次，{DAYS} 天后删除；请重新轮换：yanmen keys rotate。",
        ),
    )


def event_of(key: str) -> str:
    """The id of the event that made a key in this way."""
    return f"evt_{key.removeprefix('key_')}"
