"""Another key for the log: signed by the one before, recorded as an event, so that old checkpoints stay good.

The log keeps its name, which follows from its first key. A rotation is a C2SP signed note with both keys' signatures: the old one
hands over, the new one shows that it is held::

    yanmen/5d41402abc4b2a76
    log key rotation
    1043
    yanmen/5d41402abc4b2a76+9f3c…+AQ…
    yanmen/5d41402abc4b2a76+01ab…+AR…

    — yanmen/5d41402abc4b2a76 nz…
    — yanmen/5d41402abc4b2a76 Aa…

Line 3 is the number of the record that tells of it; checkpoints of that size and more are signed by the new key.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from yanmen.core.clock import Clock, now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Phrase, Ref
from yanmen.store.address import address_of
from yanmen.store.audit.report import Findings
from yanmen.store.checkpoints import NoteError, PublicKey, Signer, note_of, signatures
from yanmen.store.database import COPY, FILE, NAME_FOLDER, Database, connect, embedded
from yanmen.store.events import decode
from yanmen.store.locks import FileLock, held
from yanmen.store.log import Item, write
from yanmen.store.signing import LOCK, Signing
from yanmen.store.writer import Copy

KIND = "log.key-rotated"
_ROTATIONS = "SELECT seq, body FROM events WHERE kind = 'log.key-rotated' ORDER BY seq"
_WORDS = "log key rotation"


class Rotation(NamedTuple):
    """What a note of a rotation says, its signatures not yet judged."""

    size: int
    old: PublicKey
    new: PublicKey

    def text(self) -> str:
        """The signed lines."""
        return f"{self.old.name}\n{_WORDS}\n{self.size}\n{self.old}\n{self.new}\n"


class Chain(NamedTuple):
    """The keys of a log, one after the other."""

    keys: tuple[PublicKey, ...]
    since: tuple[int, ...]
    """The least size whose checkpoint each signs; the first: 0."""
    notes: tuple[str, ...] = ()
    """One a rotation."""

    def at(self, size: int) -> PublicKey:
        """Who signs a checkpoint of a size."""
        return next(
            key for key, since in zip(reversed(self.keys), reversed(self.since), strict=True) if size >= since
        )


def rotate(folder: Path, actor: Ref | None = None, clock: Clock = now) -> Rotation:
    """Give the log another key, durably, while others write; a shared store's nodes must be stopped. Then the old seed is gone.

    Killed at any moment, the log is signed by the one key or by the other, and opens. YanmenError where there is no log, or its
    key is not on this machine.
    """
    with _writing(folder) as db, held(FileLock(folder / LOCK), "the log's key"):
        signing = Signing(folder / "secrets")
        old = signing.current(db)
        if old is None:
            raise YanmenError(
                Phrase(en="the log's signing key is not on this machine", zh="本机没有该日志的签名密钥"),
                hint=Phrase(en="Rotate it where secrets/log is.", zh="请在存有 secrets/log 的机器上轮换。"),
            )
        signing.settle(old)
        new = Signer(signing.draft(), old.public.name)
        made = _commit(db, old, new, actor, clock())
        signing.put_in_place()
        Copy(folder / COPY).renew(db)
    return made


def chain(db: Database, trusted: PublicKey | None, found: Findings) -> Chain | None:
    """The keys of a log, as its rotations tell, from a key that is trusted: one of them. A rotation that is none is named.

    From an older key each rotation is proved by the signature of the key before; from a newer one the older keys are proved by
    the log, which the newer one has signed.
    """
    if trusted is None:
        return None
    keys: list[PublicKey] = []
    since, notes = [0], []
    for seq, body in db.execute(_ROTATIONS).fetchall():
        try:
            note = str(decode(body).event.data["note"])
            said = _read(note)
            if said.size != seq or (keys and said.old.raw != keys[-1].raw):
                raise NoteError(Phrase(en="out of order", zh="顺序不符"))
        except (ValueError, LookupError, TypeError):
            found.altered("rotation", seq)
            continue
        keys = keys or [said.old]
        keys.append(said.new)
        since.append(seq)
        notes.append(note)
    if all(key.raw != trusted.raw or key.name != trusted.name for key in keys):
        return Chain((trusted,), (0,))
    return Chain(tuple(keys), tuple(since), tuple(notes))


def rotations(db: Database) -> tuple[str, ...]:
    """The notes of all rotations, oldest first: what others follow from the first key to the last."""
    rows = db.execute(_ROTATIONS).fetchall()
    return tuple(str(decode(body).event.data["note"]) for _, body in rows)


def _read(note: str) -> Rotation:
    """A note that both of its keys have signed; a NoteError where it is none."""
    text, signed = signatures(note)
    lines = text.split("\n")
    wrong = NoteError(Phrase(en="not a rotation of the log's key", zh="不是日志密钥的轮换记录"))
    if len(lines) != 6 or lines[1] != _WORDS or not lines[2].isascii() or not lines[2].isdigit():  # noqa: PLR2004
        raise wrong
    said = Rotation(int(lines[2]), PublicKey.parse(lines[3]), PublicKey.parse(lines[4]))
    both = (
        any(name == key.name and key.signed(text, signature) for name, signature in signed)
        for key in (said.old, said.new)
    )
    if said.text() != text or said.old.name != said.new.name or not all(both):
        raise wrong
    return said


def _commit(db: Database, old: Signer, new: Signer, actor: Ref | None, at: int) -> Rotation:
    """Write the event; the head is signed by the new key from here on."""
    db.execute("BEGIN IMMEDIATE" if embedded(db) else "BEGIN")
    try:
        (size,) = db.execute("SELECT size FROM head").fetchone()
        made = Rotation(size + 1, old.public, new.public)
        note = note_of(made.text(), old, new)
        data = {"note": note, "old": str(made.old), "new": str(made.new)}
        subject = Ref(kind="log", id=old.public.name)
        event = Event(id=new_id("evt"), at=at, kind=KIND, actor=actor, subject=subject, data=data)
        write(db, new, [Item((event,))])
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return made


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[Database]:
    """A connection that may write the log."""
    address = address_of(folder)
    if not address:
        if not (folder / FILE).is_file():
            raise YanmenError(
                Phrase(en=f"there is no store in {folder}", zh=f"{folder} 中没有数据库"), hint=NAME_FOLDER
            )
        with closing(connect(folder / FILE, writing=True)) as db:
            yield db
        return
    from yanmen.store.shared.office import in_office  # noqa: PLC0415  # the driver, where it is wanted

    with in_office(address) as shared:
        yield shared
