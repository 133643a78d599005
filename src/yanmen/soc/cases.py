"""What a person does with incidents: find, close, assign, ban and lift in their course, and see where all of it stands."""

from __future__ import annotations

import msgspec

from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Decision, Incident, Noun, Phrase, Ref, Verdict
from yanmen.core.redaction import visible
from yanmen.soc import bans
from yanmen.soc.desk import change, with_moment
from yanmen.soc.facts import facts_of
from yanmen.soc.response import Done, by_hand, undo_one
from yanmen.soc.wording import reason as own_words
from yanmen.store import Store

LISTED = 10_000
"""Incidents looked through for a name's beginning, and counted in an overview."""
SHORTEST = 4
"""Characters, after the prefix, that the beginning of an id must have."""


class Overview(Noun, frozen=True):
    """Where the watch stands."""

    open: int
    contained: int
    gravest: tuple[Incident, ...]
    """Of those not closed: the gravest first, then the newest; ten at most."""
    waiting: tuple[tuple[str, str], ...]
    """(playbook, incident) pairs that wait for a person's word."""
    bans: tuple[Decision, ...]
    """Standing bans, newest first."""


def find(store: Store, name: str) -> Incident:
    """The incident of an id or of the beginning of one; YanmenError when there is none, or more than one."""
    exact = store.incidents.get(name)
    if exact is not None:
        return exact
    start = name if name.startswith("inc_") else f"inc_{name}"
    found = []
    if len(start) >= len("inc_") + SHORTEST:
        found = [one for one in store.incidents.list(limit=LISTED) if one.id.startswith(start)]
    if len(found) == 1:
        return found[0]
    shown = visible(name)
    raise YanmenError(
        Phrase(en=f"{len(found)} incidents begin with {shown}", zh=f"有 {len(found)} 起事件以 {shown} 开头")
        if found
        else Phrase(en=f"there is no incident {shown}", zh=f"没有事件 {shown}"),
        hint=Phrase(en="See `yanmen incidents list`.", zh="现有事件见 `yanmen incidents list`。"),
    )


def close(store: Store, incident: str, *, actor: Ref, note: str = "") -> Incident:
    """Close an incident. What was done about it stands; undo that apart. Closing what is closed changes nothing."""
    words = own_words(note)

    def edit(found: Incident, event: str) -> Incident:
        if found.status == "closed":
            return found
        tail_en, tail_zh = (f": {words}", f"：{words}") if words else ("", "")
        said = Phrase(en=f"Closed by {actor}{tail_en}", zh=f"由 {actor} 关闭{tail_zh}")
        return with_moment(msgspec.structs.replace(found, status="closed"), event, said)

    return change(store, incident, edit, actor)


def assign(store: Store, incident: str, owner: str, *, actor: Ref) -> Incident:
    """Give an incident to a person; an empty name gives it to nobody."""
    owner = own_words(owner)

    def edit(found: Incident, event: str) -> Incident:
        if found.owner == owner:
            return found
        said = Phrase(
            en=f"Assigned to {owner or 'nobody'} by {actor}", zh=f"由 {actor} 指派给 {owner or '（无人）'}"
        )
        return with_moment(msgspec.structs.replace(found, owner=owner), event, said)

    return change(store, incident, edit, actor)


def ban_in(
    store: Store, incident: str, subject: Ref, *, reason: str, lasts: str, actor: Ref, force: bool = False
) -> Done:
    """Ban in the course of an incident: it shows there, and is undone with the rest. ``lasts`` as in ``2h``."""
    subject = bans.subject_of(store, str(subject))
    if not force:
        bans.refuse_lockout(store, subject)
    args = {"subject": str(subject), "for": lasts, "reason": reason}
    return by_hand(store, incident, "ban", args, actor)


def lift(store: Store, decision: str, *, reason: str, actor: Ref) -> Decision:
    """End a standing decision, durably; where it was an incident's ban, the incident says so and is open again."""
    found = bans.lift(store, decision, reason=reason, actor=actor)
    action = store.actions.get(str(found.terms.get("action", "")))
    if action is None or action.undone:
        return found
    undo_one(store, action.id, actor=actor)
    words = own_words(reason)

    def edit(incident: Incident, event: str) -> Incident:
        if incident.status != "contained":
            return incident
        said = Phrase(
            en=f"Open again: {actor} lifted the ban: {words}", zh=f"事件重新打开：{actor} 解除封禁：{words}"
        )
        return with_moment(msgspec.structs.replace(incident, status="open"), event, said)

    change(store, action.incident, edit, actor)
    return found


def standing_bans(store: Store) -> list[Decision]:
    """Every ban that stands, newest first."""
    standing = store.decisions.standing(now())
    return sorted(
        (one for one in standing if one.verdict >= Verdict.CHALLENGE), key=lambda one: (-one.at, one.id)
    )


def overview(store: Store) -> Overview:
    """Where the watch stands, for a page or a terminal."""
    live = [
        *store.incidents.list(status="open", limit=LISTED),
        *store.incidents.list(status="contained", limit=LISTED),
    ]
    gravest = sorted(live, key=lambda one: (one.status != "open", -one.severity, -one.opened))
    return Overview(
        open=sum(one.status == "open" for one in live),
        contained=sum(one.status == "contained" for one in live),
        gravest=tuple(gravest[:10]),
        waiting=tuple((book, one.id) for one in gravest for book in facts_of(one).waiting),
        bans=tuple(standing_bans(store)),
    )
