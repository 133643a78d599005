"""All lists of an installation as one table for each family; an address is looked up in less than 2 µs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

from yanmen.core import foreign
from yanmen.core.config.intel import Networks as Settings
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.intel.networks import mmdb
from yanmen.intel.networks.lists import Row, plain, table
from yanmen.intel.networks.mmdb import Database, MalformedError
from yanmen.intel.networks.origin import NOWHERE, Origin
from yanmen.intel.networks.ranges import V4, V6, Table, flat
from yanmen.policy.standing import parse_address

LARGEST = 1 << 30
"""Bytes of one file."""
REMEMBERED = 65_536
"""Addresses whose origin is remembered, about 200 bytes each."""


class Networks:
    """Answers where an address is from. Reads its files once; another is built when they change."""

    def __init__(self, settings: Settings | None = None) -> None:
        """Read every file; YanmenError names the one that cannot be used."""
        named = settings or Settings()
        found = [_read(Path(file), _database) for file in named.files]
        found += [_read(Path(file), _list(name)) for name, file in sorted(named.lists.items())]
        self.size = 0
        self._tables: dict[int, tuple[Table, list[Origin]]] = {}
        for width in (V4, V6) if found else ():
            merged = Table([one.v4 if width == V4 else one.v6 for one in found], width)
            self._tables[width] = (merged, [_joined(found, row) for row in merged.rows])
            self.size += len(merged)
        self.look: Callable[[str], Origin] = lru_cache(REMEMBERED)(self._look) if found else _nowhere
        """Where an address is from; NOWHERE where nothing is known, or it is no address."""

    def _look(self, address: str) -> Origin:
        parsed = parse_address.__wrapped__(address)  # its own memory would only be churned
        if parsed is None:
            return NOWHERE
        merged, origins = self._tables[parsed[0]]
        return origins[merged.find(parsed[1])]


def _nowhere(address: str) -> Origin:
    del address
    return NOWHERE


def _joined(found: list[Database], row: tuple[int, ...]) -> Origin:
    """What all sources say together; of two that speak of one thing the first counts."""
    said = [source.origins[value] for source, value in zip(found, row, strict=True) if value >= 0]
    return Origin(
        country=next((one.country for one in said if one.country), ""),
        asn=next((one.asn for one in said if one.asn), ""),
        organisation=next((one.organisation for one in said if one.organisation), ""),
        networks=tuple(sorted({name for one in said for name in one.networks})),
    )


def _read(file: Path, reader: Callable[[bytes], Database]) -> Database:
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
        if len(data) <= LARGEST:
            return reader(data)
        why = Phrase(en=f"over {LARGEST} bytes", zh=f"超过 {LARGEST} 字节")
    except OSError as error:
        why = foreign.system(error)
    except (MalformedError, UnicodeDecodeError) as error:
        why = Phrase(en=str(error), zh=f"文件无法接受：{error}")
    raise YanmenError(
        why,
        where=str(file),
        hint=Phrase(
            en="Name an MMDB file, or CSV as docs/howto/restrict-by-network-and-country.md says.",
            zh="请提供 MMDB 文件，或 docs/howto/restrict-by-network-and-country.zh.md 所述的 CSV。",
        ),
    )


def _database(data: bytes) -> Database:
    if mmdb.MARKER in data[-mmdb.METADATA :]:
        return mmdb.read(data)
    return _of_rows(table(data.decode("utf-8-sig")))


def _list(name: str) -> Callable[[bytes], Database]:
    return lambda data: _of_rows(plain(data.decode("utf-8-sig"), name))


def _of_rows(rows: Iterable[Row]) -> Database:
    numbers: dict[Origin, int] = {}
    spans: dict[int, list[tuple[int, int, int]]] = {V4: [], V6: []}
    for row in rows:
        spans[row.width].append((row.first, row.last, numbers.setdefault(row.origin, len(numbers))))
    v4, v6 = (flat(spans[width], width) for width in (V4, V6))
    return Database(v4=v4, v6=v6, origins=list(numbers) or [NOWHERE], kind="list", built=0)
