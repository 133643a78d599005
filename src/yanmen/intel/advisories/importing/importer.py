"""A feed from what others publish: named, dated, held against what is held already, and put in its place at once."""

from __future__ import annotations

import re
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from yanmen.core.clock import SECOND, Clock, iso, now
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.core.redaction import visible
from yanmen.intel.advisories import table
from yanmen.intel.advisories.advisories import SCORE
from yanmen.intel.advisories.answers import Kind
from yanmen.intel.advisories.ecosystems import AI
from yanmen.intel.advisories.importing import formats
from yanmen.intel.advisories.importing.gathering import Gathering
from yanmen.intel.advisories.importing.reading import Broken, Reading
from yanmen.intel.advisories.record import changed, ecosystems, moment
from yanmen.intel.advisories.shelf import FORMAT, NAME, Card, card_of, locked, replacing

WHOLE = 100
"""Records from which an input may be taken for a whole database; a smaller one only adds to what is known."""
_ARCHIVES = {".csv", ".gz", ".jsonl", ".zip"}
NAMED = 100
"""Broken records that are named."""
_NAMES = {"PYSEC": "pypa", "GHSA": "ghsa", "MAL": "malicious-packages"}
"""Feeds by the ids of all their records."""
_PACK = msgspec.msgpack.Encoder().encode


class Outcome(NamedTuple):
    """What became of an import."""

    card: Card
    before: Card | None
    """The feed whose place it took."""
    broken: tuple[Broken, ...]
    """The first NAMED of those that could not be read; ``card.broken`` counts them all."""
    others: int
    """Files that are no records by their names."""


class Wish(NamedTuple):
    """What a person says of a feed, where its content does not."""

    name: str = ""
    date: int = 0
    covers: tuple[str, ...] | None = None
    source: str = ""
    licence: str = ""
    force: bool = False
    """Take the place even of a newer or a much larger feed."""


ANY = Wish()
"""All as the content says."""


def sources(path: Path) -> list[Path]:
    """The inputs that a file or folder holds: each archive, list and catalogue that lies in it, and the tree of records."""
    if not path.is_dir():
        return [path]
    own = sorted(_alone(path))
    tree = Reading(path, frozenset(own)).documents()
    return [*own, path] if not own or next(tree, None) is not None else own


def update(folder: Path, path: Path, wish: Wish = ANY, *, clock: Clock = now) -> Outcome:
    """Import one input into a folder of feeds. YanmenError where it cannot be used; then what is held stands as it was."""
    if wish.name and not re.fullmatch(NAME, wish.name):
        raise YanmenError(
            Phrase(
                en=f"{visible(wish.name)} cannot be a feed's name",
                zh=f"{visible(wish.name)} 不能用作情报源名称",
            ),
            hint=Phrase(
                en="Use lower-case letters, digits, dots and hyphens.",
                zh="请使用小写字母、数字、点和连字符。",
            ),
        )
    reading = Reading(path, frozenset(_alone(path)) if path.is_dir() else frozenset())
    known = formats.recognised(reading)
    with locked(folder):
        if known.format == "osv":
            return _Import(folder, reading, wish, clock()).advisories(known.shape)
        if known.format in {"kev", "epss"}:
            return _Import(folder, reading, wish, clock()).scores(known)
    raise YanmenError(
        Phrase(en="neither OSV records nor KEV nor EPSS", zh="既不是 OSV 记录，也不是 KEV 或 EPSS"),
        where=str(path),
        hint=Phrase(
            en="docs/howto/intelligence.md lists what can be imported.",
            zh="可导入的内容见 docs/howto/intelligence.zh.md。",
        ),
    )


def _alone(folder: Path) -> Iterator[Path]:
    """The files of a folder that are whole inputs in themselves."""
    for path in folder.iterdir():
        if stat.S_ISREG(path.lstat().st_mode) and (
            path.suffix in _ARCHIVES
            or (path.suffix == ".json" and formats.recognised(Reading(path)).format == "kev")
        ):
            yield path


class _Import:
    def __init__(self, folder: Path, reading: Reading, wish: Wish, at: int) -> None:
        self._folder = folder
        self._reading = reading
        self._wish = wish
        self._at = at
        self._broken: list[Broken] = []
        self._failed = 0
        self._newest = 0

    def advisories(self, shape: formats.Shape) -> Outcome:
        prefixes, common, malicious = Counter[str](), Counter[str](), set[str]()
        with Gathering(self._folder) as gathering:
            for one in formats.osv(self._reading, shape):
                if isinstance(one, Broken):
                    self._fail(one)
                    continue
                if isinstance(one, formats.Other):
                    self._reading.others += 1
                    continue
                gathering.add(one)
                self._seen(changed(one))
                named = set(ecosystems(one))
                prefixes[one.id.partition("-")[0]] += 1
                common.update({name.partition(":")[0] for name in named} | named)
                malicious |= named if one.id.startswith("MAL-") else set()
            self._seen(self._reading.newest * SECOND)
            name, covers = _identity(prefixes, common, self._reading.path)
            whole = () if prefixes.keys() == {"MAL"} else covers
            card = msgspec.structs.replace(
                self._card(name, "advisories", len(gathering)),
                covers=whole if self._wish.covers is None else self._wish.covers,
                malicious=tuple(sorted(malicious & set(covers))),
                replaced=gathering.replaced,
            )
            return self._place(card, gathering.entries)

    def scores(self, known: formats.Recognised) -> Outcome:
        rows: dict[str, bytes] = {}
        kind: Kind = "kev" if known.format == "kev" else "epss"
        given = formats.kev(self._reading, known.shape) if kind == "kev" else formats.epss(self._reading)
        for one in given:
            if isinstance(one, Broken):
                self._fail(one)
            elif isinstance(one, str):
                self._seen(moment(one))
            elif isinstance(one, formats.Entry):
                rows[SCORE + one.cve] = _PACK((one.added, one.due, one.used == "Known"))
                self._seen(moment(one.added))
            else:
                rows[SCORE + one.cve] = _PACK((one.epss, one.percentile))
        return self._place(self._card(kind, kind, len(rows)), lambda: iter(sorted(rows.items())))

    def _fail(self, one: Broken) -> None:
        self._failed += 1
        if len(self._broken) < NAMED:
            self._broken.append(Broken(visible(one.name), visible(one.why)))

    def _seen(self, at: int) -> None:
        """A date of the feed's content; one that is to come is a blemish of the data."""
        if self._newest < at <= self._at:
            self._newest = at

    def _card(self, name: str, kind: Kind, count: int) -> Card:
        return Card(
            format=FORMAT,
            name=self._wish.name or name,
            kind=kind,
            source=visible(self._wish.source or str(self._reading.path)),
            date=self._wish.date or self._newest,
            imported=self._at,
            records=count,
            broken=self._failed,
            digest=self._reading.digest,
            licence=self._wish.licence,
        )

    def _place(self, card: Card, entries: Callable[[], Iterator[tuple[str, bytes]]]) -> Outcome:
        before = card_of(self._folder, card.name)
        refused = _refusal(card, before)
        if not card.records:
            raise _error(self._reading.path, _NOTHING, self._broken)
        if refused is not None and not self._wish.force:
            raise _error(self._reading.path, refused, ())
        with replacing(self._folder, card.name) as stream:
            table.write(stream, entries(), msgspec.json.encode(card))
        return Outcome(card, before, tuple(self._broken), self._reading.others)


_NOTHING = Phrase(en="not one record could be read", zh="没有一条记录可以读取")


def _identity(prefixes: Counter[str], common: Counter[str], path: Path) -> tuple[str, tuple[str, ...]]:
    """What a feed is called, and of which ecosystems it is a whole database: those of all its records.

    A database that is told by its ids (PyPA's, GitHub's, OpenSSF's) is whole for every ecosystem it names. A small input is
    nobody's database: it is called after its file, and covers nothing.
    """
    count = prefixes.total()
    if count >= WHOLE and len(prefixes) == 1 and (known := _NAMES.get(next(iter(prefixes)))):
        return known, tuple(sorted(name for name in common if not _is_release(name, common)))
    if AI in common:
        return "ai-components", ()
    shared = sorted(name for name in common if ":" not in name and common[name] == count)
    if count >= WHOLE and shared:
        releases = sorted(name for name in common if name.partition(":")[0] in shared and ":" in name)
        return f"osv-{_slug(shared[0])}", tuple(releases or shared)
    return f"own-{_slug(path.name)}", ()


def _is_release(name: str, common: Counter[str]) -> bool:
    """Whether a name is only the ecosystem of releases that are named too."""
    return ":" not in name and any(other.startswith(f"{name}:") for other in common)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower().partition(".")[0]).strip("-")[:40] or "feed"


def _refusal(card: Card, before: Card | None) -> Phrase | None:
    """Why a feed may not take another's place unasked: it is older, or a great part of the records is gone."""
    if before is None:
        return None
    if card.date < before.date:
        mine, theirs = (iso(one.date)[:10] if one.date else "?" for one in (card, before))
        return Phrase(
            en=f"older than what is held as {card.name}: {mine}, held is {theirs}",
            zh=f"比现有的 {card.name} 更旧：该文件日期为 {mine}，现有为 {theirs}",
        )
    if card.records * 2 < before.records:
        return Phrase(
            en=f"{card.records} records; {card.name} now holds {before.records}",
            zh=f"只有 {card.records} 条记录，而现有的 {card.name} 有 {before.records} 条",
        )
    return None


def _error(path: Path, why: Phrase, broken: Sequence[Broken]) -> YanmenError:
    if broken:
        first = f"{broken[0].name}: {broken[0].why}"
        why = Phrase(en=f"{why.en} (the first: {first})", zh=f"{why.zh}（第一条：{first}）")
        hint = Phrase(
            en="Get the file anew; what is held stands as it was.", zh="请重新获取该文件；现有情报保持不变。"
        )
    else:
        hint = Phrase(
            en="What is held stands as it was; --force takes this one, --name keeps both.",
            zh="现有情报保持不变；如确要替换请加 --force，如要并存请用 --name 另起名称。",
        )
    return YanmenError(why, where=str(path), hint=hint)
