"""All statements at hand, and what they say of a finding: the stricter one wins, unless its author said otherwise since."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from yanmen.core.clock import DAY, iso
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Noun, Phrase, Ref, Unexamined, Where
from yanmen.supply.documents.structured import parsed_json
from yanmen.supply.documents.text import decoded, items, table
from yanmen.supply.targets import Artifact
from yanmen.supply.vex import csaf, cyclonedx, openvex
from yanmen.supply.vex.statement import DAYS, Statement
from yanmen.supply.walk import UnreadError, shown

FILE = "yanmen.vex.json"
"""The project's own statements, in its folder: OpenVEX, reviewed as code is."""
_LARGEST = 64 << 20
_MOST = 200_000
"""Statements of one file."""
_AHEAD = DAY
"""A clock of somebody else's may be wrong by this much."""
Format = Literal["openvex", "cyclonedx"]


class Idle(Noun, frozen=True):
    """A statement that takes nothing away, though it would."""

    statement: Statement
    why: Phrase


class Statements:
    """Of files, and of people."""

    def __init__(
        self,
        statements: Iterable[Statement] = (),
        *,
        unexamined: Iterable[Unexamined] = (),
        days: int = DAYS,
        products: Iterable[str] = (),
    ) -> None:
        """``days``: how long one stands that does not say so; ``products``: what the project is called, by package URL."""
        self.statements = tuple(statements)
        self.unexamined = tuple(unexamined)
        self.days = days
        self.products = frozenset(products)
        self._by_id: dict[str, list[Statement]] = {}
        for one in self.statements:
            for name in {one.vulnerability.upper(), *(each.upper() for each in one.aliases)}:
                self._by_id.setdefault(name, []).append(one)

    @classmethod
    def read(cls, paths: Iterable[Path], *, days: int = DAYS, products: Iterable[str] = ()) -> Statements:
        """Files of any of the formats; what cannot be read, or is none of them, is in ``unexamined``."""
        found: list[Statement] = []
        unread: list[Unexamined] = []
        for path in paths:
            for one in _of_file(path):
                if isinstance(one, Unexamined):
                    unread.append(one)
                else:
                    found.append(one)
        return cls(found, unexamined=unread, days=days, products=products)

    @classmethod
    def of_project(
        cls, folder: Path, further: Iterable[Path] = (), *, days: int = DAYS, products: Iterable[str] = ()
    ) -> Statements:
        """The project's own file, where there is one, and others."""
        own = [folder / FILE] if (folder / FILE).is_file() else []
        return cls.read([*own, *further], days=days, products=products)

    def judge(self, purl: str, ids: Iterable[str], at: int) -> Statement | None:
        """What is stated of a component and an advisory (by all its ids), at a time in microseconds; None: nothing that stands."""
        wanted = {one.upper() for one in ids}
        near = {id(one): one for name in sorted(wanted) for one in self._by_id.get(name, ())}
        newest: dict[str, Statement] = {}
        for one in near.values():
            if one.at > at + _AHEAD or not one.concerns(purl, wanted) or not self._ours(one, purl):
                continue
            other = newest.get(one.author)
            if other is None or (one.at, one.strictness) > (other.at, other.strictness):
                newest[one.author] = one
        standing = [one for one in newest.values() if self._idle(one, at) is None]
        return max(standing, key=lambda one: (one.strictness, one.at, one.author), default=None)

    def until(self, statement: Statement) -> int:
        """When a statement ends, in microseconds; 0: never."""
        return statement.until(self.days)

    def idle(self, at: int) -> tuple[Idle, ...]:
        """Those that would take a finding away and do not, each with its reason."""
        found = ((one, self._idle(one, at)) for one in self.statements)
        return tuple(Idle(statement=one, why=why) for one, why in found if why is not None)

    def written(self, form: Format, *, name: str, at: int) -> str:
        """All of them as one document of a format; ``name``: its IRI."""
        if form == "openvex":
            return openvex.written(self.statements, name=name, at=at)
        return cyclonedx.written(self.statements, name=name, at=at)

    def _ours(self, one: Statement, purl: str) -> bool:
        return any(
            each.covers(purl) and (not each.within or not one.suppresses or each.within in self.products)
            for each in one.products
        )

    def _idle(self, one: Statement, at: int) -> Phrase | None:
        if not one.suppresses:
            return None
        if one.at > at + _AHEAD:
            return Phrase(en=f"dated in the future: {iso(one.at)[:10]}", zh=f"日期在未来：{iso(one.at)[:10]}")
        if self.until(one) <= at:
            return Phrase(
                en=f"expired on {iso(self.until(one))[:10]}", zh=f"已于 {iso(self.until(one))[:10]} 过期"
            )
        if not one.reason:
            return Phrase(en="gives no reason", zh="未说明理由")
        if one.status == "fixed" and not all(each.versions or "@" in each.purl for each in one.products):
            return Phrase(en="says fixed without a version", zh="声明已修复，但未注明版本")
        if all(each.within and each.within not in self.products for each in one.products):
            return Phrase(en="is about a part of another product", zh="针对的是其他产品中的组件")
        return None


def add(folder: Path, statement: Statement, at: int) -> Path:
    """Write a statement into the project's own file, after those that stand there; what others wrote there stays as it is."""
    path = folder / FILE
    document: dict[str, Any] = {
        "@context": openvex.CONTEXT,
        "@id": f"urn:yanmen:vex:{folder.resolve().name}",
        "author": statement.author,
    }
    if path.is_file():
        try:
            document = table(parsed_json(decoded(_bytes(path))))
        except UnreadError as error:
            raise _not_ours(path, error.detail) from None
        if not openvex.is_openvex(document):
            raise _not_ours(path, "no OpenVEX")
    version = document.get("version")
    several = [*items(document.get("statements")), openvex.entry(statement)]
    document |= {"timestamp": f"{iso(at)[:19]}Z", "version": version + 1 if isinstance(version, int) else 1}
    document |= {"tooling": "yanmen", "statements": several}
    _replace(path, openvex.dumped(document))
    return path


def _not_ours(path: Path, detail: str) -> YanmenError:
    return YanmenError(
        Phrase(
            en=f"the file of statements cannot be added to: {detail}",
            zh=f"无法向该声明文件追加内容：{detail}",
        ),
        hint=Phrase(
            en="Mend it or move it away; it must be OpenVEX.",
            zh="请修复或移走该文件；它必须是 OpenVEX 格式。",
        ),
        where=str(path),
    )


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".vex-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _bytes(path: Path) -> bytes:
    try:
        artifact = Artifact.of(path)
        if artifact.size > _LARGEST:
            raise UnreadError("too-large", f"{artifact.size} bytes")
        return artifact.read(0, _LARGEST)
    except OSError as error:
        raise UnreadError("unreadable", error.strerror or str(error)) from None


def _of_file(path: Path) -> Iterator[Statement | Unexamined]:
    name = shown(str(path))
    try:
        document = table(parsed_json(decoded(_bytes(path))))
    except UnreadError as error:
        yield _unexamined(name, error.reason, error.detail)
        return
    for is_it, reading in _FORMATS:
        if is_it(document):
            for number, one in enumerate(reading(document, name)):
                if number >= _MOST:
                    yield _unexamined(name, "too-large", f"more than {_MOST} statements")
                    return
                yield _unexamined(one, "malformed", "no such statement") if isinstance(one, str) else one
            return
    yield _unexamined(name, "unsupported", "neither OpenVEX nor CycloneDX nor CSAF")


_Reads = Callable[[dict[str, Any], str], Iterator[Statement | str]]
_FORMATS: Sequence[tuple[Callable[[dict[str, Any]], bool], _Reads]] = (
    (openvex.is_openvex, openvex.read),
    (cyclonedx.is_cyclonedx, cyclonedx.read),
    (csaf.is_csaf, csaf.read),
)


def _unexamined(name: str, reason: str, detail: str) -> Unexamined:
    return Unexamined(
        subject=Ref(kind="file", id=name), reason=reason, detail=shown(detail), where=Where(part=name)
    )
