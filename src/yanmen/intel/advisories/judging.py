"""What one record says of one version: it is affected, it is not, or it cannot be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from yanmen.intel.advisories.answers import Why
from yanmen.intel.advisories.ecosystems import Order
from yanmen.intel.advisories.ranges import Span, whole
from yanmen.intel.advisories.record import Affected, Range, Record
from yanmen.intel.advisories.versions import semver


class Said(NamedTuple):
    """What was found of a version: the grounds (and fixes) of being affected, or why it cannot be told, or nothing."""

    because: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    why: Why = ""


class Asked(NamedTuple):
    """A version that is asked about."""

    text: str
    """Empty: it is not known."""
    release: str
    """The distribution's, where the ecosystem has such."""
    order: Order | None
    public: str = ""
    """The version without what advisories may leave out (ecosystems.py), where that is another text."""
    mark: str = ""


def judged(record: Record, asked: Asked) -> Said:
    """What a record says. One entry that is affected decides; a doubt counts where none is."""
    said = [_entry(entry, asked) for entry in record.affected if entry.release in {"", asked.release}]
    if not said and not asked.release:
        return Said(why="no-release")
    because = tuple(dict.fromkeys(ground for one in said for ground in one.because))
    if because:
        return Said(because, tuple(dict.fromkeys(fix for one in said for fix in one.fixed)))
    return next((one for one in said if one.why), Said())


def _entry(entry: Affected, asked: Asked) -> Said:
    spans: list[Span] = []
    doubts: list[Why] = []
    exact = next((text for text in (asked.text, asked.public) if text and text in entry.versions), "")
    if exact:
        return Said((f"listed version {exact}",), _fixes(entry, asked))
    for one in entry.ranges:
        found = _within(one, asked)
        if isinstance(found, Span):
            spans.append(found)
        elif found:
            doubts.append(found)
    if spans:
        fixed = tuple(dict.fromkeys(span.fixed for span in spans if span.fixed))
        return Said(tuple(dict.fromkeys(str(span) for span in spans)), fixed)
    if entry.versions:
        listed = _listed(entry, asked)
        if listed:
            return listed
    if not entry.ranges and not entry.versions:
        doubts.append("git-only" if entry.git else "no-range")
    return Said(why=doubts[0]) if doubts else Said()


def _within(one: Range, asked: Asked) -> Span | Why:
    """The span of a range in which the version lies; or why that cannot be told; or nothing: it lies in none."""
    order = semver.key if one.semver else asked.order
    read = whole(one.events, order)
    if read is None:
        return "no-order" if order is None else "malformed-range"
    if len(read.spans) == 1 and read.spans[0].endless and not read.limits:
        return read.spans[0]
    if not asked.text:
        return "no-version"
    if order is None:
        return "no-order"
    try:
        found = read.span(order(asked.text))
        if found is None and asked.public and not any(asked.mark in version for _, version in one.events):
            found = read.span(order(asked.public))
    except ValueError:
        return "malformed-version"
    return found or ""


def _listed(entry: Affected, asked: Asked) -> Said | None:
    """Whether the version is one of a list, written otherwise (1.0 for 1.0.0)."""
    if not asked.text:
        return Said(why="no-version")
    if asked.order is None:
        return None
    try:
        versions = [asked.order(text) for text in (asked.text, asked.public) if text]
    except ValueError:
        return Said(why="malformed-version")
    for text, key in _keys(entry.versions, asked.order):
        if key in versions:
            return Said((f"listed version {text}",), _fixes(entry, asked))
    return None


def _keys(versions: Iterable[str], order: Order) -> Iterator[tuple[str, Any]]:
    for text in versions:
        try:
            yield text, order(text)
        except ValueError:
            continue


def _fixes(entry: Affected, asked: Asked) -> tuple[str, ...]:
    """The least fix above a version that is listed; one for each range that has such."""
    found: dict[str, None] = {}
    for one in entry.ranges:
        order = semver.key if one.semver else asked.order
        with suppress(ValueError):
            if order is not None and (higher := _above(one, order, asked.text)):
                found[min(higher, key=lambda fix: fix[0])[1]] = None
    return tuple(found)


def _above(one: Range, order: Order, text: str) -> list[tuple[Any, str]]:
    version = order(text)
    fixes = [(order(event[1]), event[1]) for event in one.events if event[0] == "fixed"]
    return [fix for fix in fixes if fix[0] > version]
