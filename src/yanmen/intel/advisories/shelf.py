"""The feeds that are held: one table a feed, in the wheel and in the data folder. Of two with one name the newer counts."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from yanmen.core import foreign
from yanmen.core.clock import DAY, iso
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.intel.advisories.answers import Feed, Kind
from yanmen.intel.advisories.table import DamagedError, Table

SHIPPED = Path(__file__).parent / "data"
"""The feeds in the wheel."""
ENDING = ".table"
FORMAT = 1
"""Of the records in a table; a table of another is refused."""
NAME = r"[a-z0-9][a-z0-9.-]{0,63}"
"""What a feed may be called."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed's table says of itself."""

    format: int
    name: str
    kind: Kind
    source: str
    date: int
    """Microseconds; 0: not known."""
    imported: int
    records: int
    broken: int = 0
    replaced: int = 0
    """Records that a newer one of the same id in the same feed replaced."""
    covers: tuple[str, ...] = ()
    malicious: tuple[str, ...] = ()
    digest: str = ""
    """SHA-256 of what was imported."""
    licence: str = ""


class Held:
    """A feed, open."""

    def __init__(self, path: Path, *, shipped: bool = False) -> None:
        """Open its table; DamagedError where it is none, or of a format that is not known."""
        self.table = Table(path)
        self.shipped = shipped
        try:
            self.card = msgspec.json.decode(self.table.card, type=Card)
        except msgspec.DecodeError as error:
            self.table.close()
            raise DamagedError(f"{path}: its card cannot be read: {error}") from error
        if self.card.format != FORMAT:
            self.table.close()
            raise DamagedError(f"{path}: format {self.card.format}, not {FORMAT}")

    def age(self, at: int) -> int | None:
        """Days since its newest content; None where its date is not known."""
        return max(0, at - self.card.date) // DAY if self.card.date else None

    def stale(self, at: int, max_age_days: int) -> bool:
        """Whether it is older than may be; one without a date is."""
        age = self.age(at)
        return age is None or age > max_age_days

    def feed(self, at: int, max_age_days: int) -> Feed:
        """It as a person is told of it."""
        card = self.card
        return Feed(
            name=card.name,
            kind=card.kind,
            source=card.source,
            date=iso(card.date)[:10] if card.date else "",
            records=card.records,
            broken=card.broken,
            imported=iso(card.imported)[:19] + "Z",
            age_days=self.age(at),
            stale=self.stale(at, max_age_days),
            covers=card.covers,
            malicious=card.malicious,
            shipped=self.shipped,
            licence=card.licence,
        )


def held(folder: Path | None) -> list[Held]:
    """Every feed, in the order of names; YanmenError where one is damaged, for what it says would be missing in silence."""
    found: dict[str, Held] = {}
    for place, shipped in ((SHIPPED, True), (folder, False)):
        for path in sorted(place.glob(f"*{ENDING}")) if place is not None else ():
            one = _opened(path, shipped=shipped)
            other = found.get(one.card.name)
            if other is not None and other.card.date > one.card.date:
                one.table.close()
                continue
            if other is not None:
                other.table.close()
            found[one.card.name] = one
    return [found[name] for name in sorted(found)]


def card_of(folder: Path, name: str) -> Card | None:
    """The card of the feed that is held under a name, in the data folder or else in the wheel."""
    for place in (folder, SHIPPED):
        path = place / f"{name}{ENDING}"
        if path.is_file():
            with suppress(DamagedError):
                one = Held(path)
                one.table.close()
                return one.card
    return None


@contextmanager
def replacing(folder: Path, name: str) -> Iterator[BinaryIO]:
    """A file to write a feed's table to, which takes the old one's place when all went well; killed before, the old stands."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}{ENDING}"
    beside = folder / f".{name}.{secrets.token_hex(8)}.part"
    try:
        with beside.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(target)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One update at a time; what a killed one left is cleared away. YanmenError where another is at work."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise YanmenError(
                Phrase(en="another update is at work", zh="另一个更新正在进行"),
                hint=Phrase(en="Wait until it is done.", zh="请等它完成后再试。"),
            ) from None
        for left in folder.glob(".*.part"):
            left.unlink(missing_ok=True)
        yield


def _opened(path: Path, *, shipped: bool) -> Held:
    try:
        return Held(path, shipped=shipped)
    except OSError as error:
        why = foreign.system(error)
    except DamagedError as error:
        why = Phrase(en=f"damaged: {error}", zh=f"已损坏：{error}")
    raise YanmenError(
        why,
        where=str(path),
        hint=Phrase(
            en="Remove it and import the feed again: `yanmen intel update`.",
            zh="请删除该文件，并用 `yanmen intel update` 重新导入。",
        ),
    )
