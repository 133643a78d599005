"""``yanmen audit verify``: the whole check, without trusting anything but the key and a checkpoint kept elsewhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import msgspec

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.store.audit import kept, structure
from yanmen.store.audit.proof import public_key
from yanmen.store.audit.rebuild import Rebuild
from yanmen.store.audit.report import Findings, Report
from yanmen.store.audit.rotation import Chain, chain
from yanmen.store.audit.walk import Walk, form
from yanmen.store.checkpoints import LONGEST, Checkpoint, NoteError, PublicKey, read, verified
from yanmen.store.database import COPY, Database
from yanmen.store.merkle import Frontier
from yanmen.store.reading import read_only
from yanmen.store.secret_files import VAULT_KEY
from yanmen.store.signing import Signing

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_IOERR}


class Outside(NamedTuple):
    """A checkpoint that does not stand in the database."""

    name: str
    """Where it is from, to be told."""
    point: Checkpoint


def verify(folder: Path, given_key: str = "", checkpoint: str = "") -> Report:
    """Check the record of a folder.

    ``given_key`` is its key as ``name+hash+base64``, from elsewhere (by default the one that follows from the folder's
    own signing key); ``checkpoint`` the text of a checkpoint kept elsewhere. Both raise YanmenError where they are none.
    """
    found = Findings()
    key = _public_key(folder, given_key, found)
    notes = _outside(folder, checkpoint, found) if key is not None else {}
    report = Report(public_key=str(key) if key else "", origin=key.name if key else "")
    try:
        with closing(read_only(folder)) as db:
            report = _check(db, folder, key, notes, found, report)
    except UnicodeDecodeError as error:  # SQLite's own words, with bytes of the file in them
        found.altered("unreadable", detail=str(error))
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF in _DAMAGE:
            found.altered("unreadable", detail=str(error))
        else:
            found.unknown("unopened", detail=str(error))
    except (TypeError, ValueError):  # a damaged file gives values of the wrong type anywhere
        if all(problem.code != "damaged" for problem in found.problems):
            raise
    return msgspec.structs.replace(
        report,
        problems=tuple(sorted(found.problems, key=lambda problem: problem.seq or 1 << 62)),
        more=found.more,
        unjudged=tuple(found.unjudged),
        notes=tuple(found.notes),
    )


def _check(
    db: Database,
    folder: Path,
    key: PublicKey | None,
    notes: Mapping[str, str],
    found: Findings,
    report: Report,
) -> Report:
    structure.check(db, folder, found)
    db.execute("BEGIN")  # one state of the log, whoever appends meanwhile
    keys = _chain(db, folder, key, found)
    outside = _checked(notes, keys, found)
    given = next((each.point.size for each in outside if each.name == "given"), -1)
    size, peaks, note = _head(db, found)
    history = dict(db.execute("SELECT size, note FROM checkpoints ORDER BY size"))
    signed = {point.point.size: point.point.root for point in outside}
    for at, each in history.items():
        point = _signed(each, keys, found, at)
        if point is not None:
            signed[at] = point.root
    newest = _signed(note, keys, found, size)
    if newest is not None:
        signed[size] = newest.root
    walk = Walk(db, found, signed, _trusted(size, peaks, newest))
    with closing(Rebuild(found, form(db))) as rebuild:
        for seq, event in walk.events():
            rebuild.take(seq, event)
        pruned = walk.finish()
        _ends(walk, newest, size, peaks, found)
        for each_outside in outside:
            if each_outside.point.size > walk.frontier.size:
                found.altered(
                    "rolled-back",
                    walk.frontier.size + 1,
                    last=each_outside.point.size,
                    source=each_outside.name,
                )
        rebuild.compare(db)
        opened = kept.check(db, rebuild.db, _vault(folder), found)
    return msgspec.structs.replace(
        report,
        records=walk.frontier.size,
        outside=given,
        rotations=len(keys.notes) if keys else 0,
        pruned=pruned,
        gaps=walk.gaps,
        contents=opened,
        size=size,
        checkpoints=len(signed) + 1,
        root=walk.frontier.root().hex(),
    )


def _head(db: Database, found: Findings) -> tuple[int, bytes, str]:
    size, peaks, note = db.execute("SELECT size, peaks, note FROM head").fetchone() or (None, None, None)
    if isinstance(size, int) and isinstance(peaks, bytes) and isinstance(note, str):
        return size, peaks, note
    found.altered("head")
    return 0, b"", ""


def _signed(note: str, keys: Chain | None, found: Findings, size: int) -> Checkpoint | None:
    """A stored checkpoint, where it is one, says its own size and is signed by the key of its time."""
    if keys is None:
        return None
    try:
        point = verified(note, keys.at(size))
    except ValueError:
        point = None
    if point is None or point.size != size:
        found.altered("unsigned", size=size)
        return None
    return point


def _ends(walk: Walk, newest: Checkpoint | None, size: int, peaks: bytes, found: Findings) -> None:
    """The tree over what is stored must be the one that the newest checkpoint signs."""
    ours = walk.frontier
    if ours.size < size:
        found.altered("missing", ours.size + 1, last=size)
    elif ours.size > size:
        found.altered("unsigned-tail", size + 1, last=ours.size)
    elif bytes(ours) != peaks and (newest is None or ours.root() == newest.root):
        found.altered("head")


def _trusted(size: int, peaks: bytes, newest: Checkpoint | None) -> Frontier:
    """The stored compact range, where it is the one that was signed."""
    try:
        stored = Frontier(size, peaks)
    except ValueError:
        return Frontier()
    return stored if newest and stored.root() == newest.root else Frontier()


def _public_key(folder: Path, given: str, found: Findings) -> PublicKey | None:
    own = _own(folder)
    if not given:
        if own is None:
            found.unknown("no-key")
        return own
    try:
        return PublicKey.parse(given)
    except NoteError as error:
        hint = Phrase(en="`yanmen audit key` prints it.", zh="可用 `yanmen audit key` 输出。")
        raise YanmenError(error.message, hint=hint) from error


def _own(folder: Path) -> PublicKey | None:
    return public_key(folder) if Signing(folder / "secrets").present else None


def _chain(db: Database, folder: Path, key: PublicKey | None, found: Findings) -> Chain | None:
    """The keys of the log, found from the one that is trusted; the folder's own must be the last of them."""
    keys = chain(db, key, found)
    own = _own(folder)
    if keys is not None and own is not None and own.raw != keys.keys[-1].raw:
        found.altered("other-key")
    return keys


def _outside(folder: Path, given: str, found: Findings) -> dict[str, str]:
    """The checkpoint given from elsewhere, and the copy beside the database; read before the database is."""
    copy = folder / COPY
    text = copy.read_text("utf-8", "replace")[: LONGEST + 1] if copy.is_file() else ""
    notes = {name: note for name, note in (("given", given), ("copy", text)) if note}
    for name, note in list(notes.items()):
        try:
            read(note)
        except NoteError as error:
            if name == "given":
                why = error.message
                raise YanmenError(
                    Phrase(en=f"the checkpoint is none: {why.en}", zh=f"所给内容不是检查点：{why.zh}"),
                    hint=Phrase(
                        en="`yanmen audit checkpoint` prints one.", zh="可用 `yanmen audit checkpoint` 输出。"
                    ),
                ) from error
            found.altered("copy")
            del notes[name]
    return notes


def _checked(notes: Mapping[str, str], keys: Chain | None, found: Findings) -> list[Outside]:
    """Those of them that the key of their time has signed."""
    points = []
    for name, note in notes.items() if keys is not None else ():
        point = verified(note, keys.at(read(note)[0].size)) if keys is not None else None
        if point is None:
            found.altered("foreign-checkpoint", source=name)
        else:
            points.append(Outside(name, point))
    return points


def _vault(folder: Path) -> bytes | None:
    path = folder / "secrets" / VAULT_KEY
    return path.read_bytes() if path.is_file() else None
