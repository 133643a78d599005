"""Bans and their lifting. A ban is one decision in the store; every door sees it at its next look."""

from __future__ import annotations

import ipaddress
import re

import msgspec

from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.keys import PREFIX, is_key, key_hash
from yanmen.core.nouns import FOREVER, Decision, Event, Reason, Ref, Verdict
from yanmen.soc.desk import WAIT_SECONDS
from yanmen.soc.wording import reason as own_words
from yanmen.store import Store

KINDS = ("key", "ip", "user", "tenant")
"""What can be banned."""
WIDEST = {4: 8, 6: 19}
"""Shortest network prefix banned without ``force``: wider ones (more than a /8 of IPv4) are most likely a slip."""
LONGEST_NAME = 256
"""Characters of a user's or tenant's name."""

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def seconds(text: str) -> int:
    """Seconds in ``90s``, ``30m``, ``2h``, ``7d``, ``2w`` or ``forever``; YanmenError for anything else."""
    if text == "forever":
        return FOREVER
    match = re.fullmatch(r"([1-9]\d{0,7})([smhdw])", text)
    if match is None:
        raise YanmenError(f"{text!r} is no length of time", hint="Write 90s, 30m, 2h, 7d, 2w or forever.")
    return min(int(match[1]) * _UNITS[match[2]], FOREVER)


def subject_of(store: Store, text: str) -> Ref:
    """What a person means by ``key:…``, ``ip:…``, ``user:…``, ``tenant:…``, a whole key or the beginning of a key's id."""
    text = text.strip()
    if text.startswith((PREFIX, "key_")):
        text = f"key:{text}"
    try:
        ref = Ref.parse(text)
    except ValueError as error:
        raise YanmenError(f"{own_words(text)} names nothing that can be banned", hint=_hint()) from error
    if ref.kind == "key":
        return Ref(kind="key", id=_key(store, ref.id))
    if ref.kind == "ip":
        return Ref(kind="ip", id=_network(ref.id))
    if ref.kind not in KINDS or not ref.id.isprintable() or len(ref.id) > LONGEST_NAME:
        raise YanmenError(f"{own_words(text)} cannot be banned", hint=_hint())
    return ref


def ban(
    store: Store,
    subject: Ref,
    *,
    reason: str,
    lasts: int,
    actor: Ref,
    by: str = "",
    name: str = "",
    terms: dict[str, str] | None = None,
    force: bool = False,
) -> Decision:
    """Refuse a subject at every door from now on, for so many seconds (FOREVER: until lifted); durable on return.

    ``by`` names the playbook; ``name`` is the decision's id when the caller has one: a ban of that id is made once.
    Raises YanmenError for what would lock the operator out (a key that administers, a very wide network) unless forced.
    """
    subject = subject_of(store, str(subject))
    if lasts < 1:
        raise YanmenError("a ban lasts a second at least", hint="Write for example 2h.")
    if not force:
        refuse_lockout(store, subject)
    known = store.decisions.get(name) if name else None
    if known is not None:
        return known
    decision = Decision(
        id=name or new_id("dec"),
        at=now(),
        subject=subject,
        verdict=Verdict.BLOCK,
        because=(
            Reason(rule="key.leaked" if by == "leaked-key" else "operator", by=by, note=own_words(reason)),
        ),
        policy=f"playbook/{by}" if by else "operator",
        lasts=min(lasts, FOREVER),
        terms=dict(terms or {}),
    )
    store.append(
        Event(
            id=new_id("evt"),
            at=decision.at,
            kind="decision.made",
            actor=actor,
            subject=subject,
            data={"decision": msgspec.to_builtins(decision)},
        )
    ).result(WAIT_SECONDS)
    return decision


def lift(store: Store, decision: str, *, reason: str, actor: Ref) -> Decision:
    """End a standing decision; durable on return. Lifting what is lifted, or over, changes nothing.

    Raises YanmenError where there is no such decision, or one that answered a single call.
    """
    found = store.decisions.get(decision)
    if found is None:
        raise YanmenError(f"there is no decision {own_words(decision)}", hint="See `yanmen ban list`.")
    if found.lasts == 0 or found.shadow:
        raise YanmenError(f"{found.id} answered one call; it does not stand", hint="See `yanmen ban list`.")
    if found.until > now() and store.decisions.lifted(found.id) is None:
        store.append(
            Event(
                id=new_id("evt"),
                at=now(),
                kind="decision.lifted",
                actor=actor,
                subject=found.subject,
                data={"decision": found.id, "reason": own_words(reason)},
            )
        ).result(WAIT_SECONDS)
    return found


def _key(store: Store, text: str) -> str:
    """The id of a key named by its id, the beginning of its id, or the whole key."""
    if text.startswith(PREFIX):
        found = store.keys.by_hash(key_hash(text)) if is_key(text) else None
        if found is None:
            raise YanmenError("this is no key of ours", hint="Its checksum or its hash is unknown here.")
        return found.id
    if store.keys.get(text) is not None:
        return text
    ids = [key.id for key in store.keys.list() if len(text) >= len("key_") + 4 and key.id.startswith(text)]
    if len(ids) != 1:
        several = f"{len(ids)} keys begin so" if ids else "there is no such key"
        raise YanmenError(f"{own_words(text)}: {several}", hint="See `yanmen keys list`.")
    return ids[0]


def _network(text: str) -> str:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise YanmenError(
            f"{own_words(text)} is no address", hint="Write ip:203.0.113.7 or ip:203.0.113.0/24."
        ) from error
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def refuse_lockout(store: Store, subject: Ref) -> None:
    """YanmenError where a ban would shut out who operates the system."""
    at = now()
    if subject.kind == "ip":
        network = ipaddress.ip_network(subject.id)
        if network.prefixlen < WIDEST[network.version] or network.is_loopback:
            raise YanmenError(
                f"{subject} covers this machine or a large part of the world",
                hint="Add --yes if you mean it.",
            )
    for key in store.keys.list() if subject.kind in {"key", "tenant"} else ():
        covered = key.id == subject.id if subject.kind == "key" else key.tenant == subject.id
        if covered and "admin" in key.scopes and key.usable(at):
            raise YanmenError(
                f"{subject} covers the key {own_words(key.name)} ({key.id}), which administers Yanmen",
                hint="Add --yes if you mean it; the command line on this machine can lift it.",
            )


def _hint() -> str:
    return "Write key:ID, ip:203.0.113.0/24, user:NAME or tenant:NAME, or a whole key."
