"""Proofs to hand out: the newest checkpoint, and that a record is in the log it signs."""

from __future__ import annotations

import base64
import sqlite3
from contextlib import closing
from pathlib import Path

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Noun, Phrase
from yanmen.store.audit.rotation import rotations as told
from yanmen.store.checkpoints import PublicKey, Signer, read
from yanmen.store.database import NAME_FOLDER, UNREAD, Database, explained
from yanmen.store.events import decode
from yanmen.store.merkle import Frontier, inclusion_path, leaf_hash
from yanmen.store.reading import read_only
from yanmen.store.records import Recorded
from yanmen.store.secret_files import SIGNING_KEY, secret
from yanmen.store.signing import Signing


class Proof(Noun, frozen=True):
    """That a record is leaf ``index`` (from 0) of the tree that ``checkpoint`` signs."""

    record: str
    """The record's canonical bytes, which are UTF-8; SHA-256 over a zero byte and these is the leaf."""
    index: int
    path: tuple[str, ...]
    """Hashes in base64, lowest first."""
    checkpoint: str

    def text(self) -> str:
        """In the C2SP tlog-proof format."""
        return "\n".join(("c2sp.org/tlog-proof@v1", f"index {self.index}", *self.path, "", self.checkpoint))


def signed_checkpoint(folder: Path) -> str:
    """The newest checkpoint of a folder's log, read without changing anything."""
    try:
        with closing(read_only(folder)) as db:
            (note,) = db.execute("SELECT note FROM head").fetchone()
    except sqlite3.Error as error:
        raise explained(error, UNREAD) from error
    return str(note)


def public_key(folder: Path) -> PublicKey:
    """The public key that follows from a folder's own signing key; YanmenError where that is not there.

    Of two, while a rotation is under way, the one that signed the newest checkpoint.
    """
    path = folder / "secrets" / SIGNING_KEY
    signing = Signing(path.parent)
    if not signing.present:
        raise YanmenError(
            Phrase(en=f"there is no signing key {path}", zh=f"没有签名密钥 {path}"), hint=NAME_FOLDER
        )
    try:
        note = signed_checkpoint(folder)
        signer, name = signing.of(note), read(note)[0].origin
    except (YanmenError, ValueError, TypeError):
        signer, name = None, ""
    return (signer or Signer(secret(path.parent, path.name), name)).public


def rotations(folder: Path) -> tuple[str, ...]:
    """The signed notes of the log's rotations, oldest first, with which others follow its keys."""
    try:
        with closing(read_only(folder)) as db:
            return told(db)
    except sqlite3.Error as error:
        raise explained(error, UNREAD) from error


def gaps(folder: Path) -> list[Recorded]:
    """The records that tell of lost events, oldest first."""
    question = "SELECT body FROM events WHERE kind IN ('store.gap', 'store.rolled-back') ORDER BY seq"
    try:
        with closing(read_only(folder)) as db:
            return [decode(body) for (body,) in db.execute(question)]
    except sqlite3.Error as error:
        raise explained(error, UNREAD) from error


def prove(folder: Path, event: str) -> Proof:
    """Prove the record of an event to be in the log; YanmenError where there is none, or its body was dropped."""
    try:
        with closing(read_only(folder)) as db:
            db.execute("BEGIN")
            return _prove(db, event)
    except sqlite3.Error as error:
        raise explained(error, UNREAD) from error


def _prove(db: Database, event: str) -> Proof:
    size, note = db.execute("SELECT size, note FROM head").fetchone()
    row = db.execute("SELECT seq, body FROM events WHERE id = ?", (event,)).fetchone()
    if row is None:
        raise YanmenError(
            Phrase(en=f"no record of event {event}", zh=f"记录中没有编号为 {event} 的条目"),
            hint=Phrase(
                en="Give an event's id; bodies may have been dropped with time.",
                zh="请给出条目编号；过了保留期的条目，正文可能已清理。",
            ),
        )

    def between(low: int, high: int) -> bytes:
        frontier = Frontier()
        for (leaf,) in db.execute(
            "SELECT leaf FROM log WHERE seq > ? AND seq <= ? ORDER BY seq", (low, high)
        ):
            frontier.append(leaf)
        return frontier.root()

    seq, body = row
    (stored,) = db.execute("SELECT leaf FROM log WHERE seq = ?", (seq,)).fetchone()
    if stored != leaf_hash(body):
        raise YanmenError(
            Phrase(en=f"record {seq} was altered", zh=f"第 {seq} 条记录已被篡改"),
            hint=Phrase(en="Run `yanmen audit verify`.", zh="请运行 `yanmen audit verify`。"),
        )
    path = tuple(base64.b64encode(step).decode() for step in inclusion_path(seq - 1, size, between))
    return Proof(record=body.decode(), index=seq - 1, path=path, checkpoint=note)
