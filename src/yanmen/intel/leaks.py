"""Leaked keys seen outside: by a scanner of repositories, a bug hunter, a partner. A key is hashed at once, never stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.keys import PATTERN, PREFIX, is_key, key_hash
from yanmen.core.nouns import Event, Noun, Phrase, Ref
from yanmen.core.redaction import mask, visible
from yanmen.store import Store

MOST = 1_000
"""Entries in one report."""
LINE = 1_000
"""Characters of a list's line that are read."""
WAIT_SECONDS = 30.0
"""How long the store may take to make a report durable."""

_HASH = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(PATTERN)
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]{1,256}@")


class Outcome(Noun, frozen=True):
    """What became of one entry of a report."""

    entry: str
    """The entry, masked."""
    state: Literal["ours", "unknown", "malformed"]
    hash: str = ""
    """SHA-256 in hex; empty when malformed."""
    key: str = ""
    """Id of our key; empty when it is none of ours."""
    event: str = ""
    """Id of the event that records the sighting; empty when malformed."""
    problem: str = ""
    """Why it is malformed."""


def sighted(
    store: Store, entries: Sequence[str], *, place: str, source: str, actor: Ref | None = None
) -> list[Outcome]:
    """Record where keys were seen; answer, in order, what became of each entry.

    An entry is a whole key or the SHA-256 of one in hex. Every sighting is recorded; only one of a key of ours has
    consequences. All is durable on return. Raises YanmenError for more than MOST entries.
    """
    if len(entries) > MOST:
        raise YanmenError(
            Phrase(en=f"{len(entries)} entries; at most {MOST}", zh=f"共 {len(entries)} 条，最多 {MOST} 条"),
            hint=Phrase(en="Send them in several reports.", zh="请分多次上报。"),
        )
    events: dict[str, Event] = {}
    outcomes = [_recorded(store, entry, clean(place), clean(source), actor, events) for entry in entries]
    if events:
        store.append(*events.values()).result(WAIT_SECONDS)
    return outcomes


def clean(text: str) -> str:
    """A place or name fit to store: keys of ours and credentials in addresses masked, control characters escaped."""
    return visible(_CREDENTIALS.sub("…@", _KEY.sub(lambda found: mask(found[0]), text)))


def _recorded(
    store: Store, entry: str, place: str, source: str, actor: Ref | None, events: dict[str, Event]
) -> Outcome:
    """One entry's outcome; its event joins the others, once for each key."""
    entry = entry.strip()
    shown, hashed = mask(entry), entry.lower()
    if entry.startswith(PREFIX):
        if not is_key(entry):
            return Outcome(entry=shown, state="malformed", problem="not a Yanmen key: its checksum is wrong")
        hashed = key_hash(entry)
    elif not _HASH.fullmatch(hashed):
        return Outcome(entry=shown, state="malformed", problem="neither a whole key nor a SHA-256 in hex")
    key = store.keys.by_hash(hashed)
    name = key.id if key else ""
    if hashed not in events:
        events[hashed] = Event(
            id=new_id("evt"),
            at=now(),
            kind="leak.sighted",
            actor=actor,
            subject=Ref(kind="key", id=name) if name else Ref(kind="key-hash", id=hashed),
            data={"hash": hashed, "key": name, "place": place, "source": source},
        )
    state: Literal["ours", "unknown"] = "ours" if name else "unknown"
    return Outcome(entry=shown, state=state, hash=hashed, key=name, event=events[hashed].id)


class Listed(NamedTuple):
    """What a list of leaked keys held."""

    read: int
    ours: tuple[Outcome, ...]
    malformed: int


def listed(store: Store, lines: Iterable[str], *, source: str, actor: Ref | None = None) -> Listed:
    """Look a list through for keys of ours, one entry a line: a SHA-256 in hex or a whole key; what follows it is left.

    Millions of entries are read as they come; only those of ours are recorded. Durable on return.
    """
    known = {key.hash for key in store.keys.list()}
    read = malformed = 0
    hits: dict[str, None] = {}
    for line in lines:
        words = re.split(r"[\s,;:]", line[:LINE].strip(), maxsplit=1)
        if not words[0] or words[0].startswith("#"):
            continue
        read += 1
        hashed = key_hash(words[0]) if is_key(words[0]) else words[0].lower()
        if hashed in known:
            hits[hashed] = None
        elif not _HASH.fullmatch(hashed):
            malformed += 1
    found = list(hits)
    ours = [
        one
        for start in range(0, len(found), MOST)
        for one in sighted(store, found[start : start + MOST], place=source, source="list", actor=actor)
    ]
    return Listed(read, tuple(ours), malformed)
