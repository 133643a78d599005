"""What an input is, by its content, and its records: OSV in JSON or YAML, KEV, EPSS, rules about AI components."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import yaml
from msgspec import Meta

from yanmen.intel.advisories.importing.reading import ZIP, Broken, Document, Reading
from yanmen.intel.advisories.record import Osv

Format = Literal["osv", "kev", "epss", "unknown"]
Shape = Literal["documents", "lines", "whole", "csv"]
DEEPEST = 40
"""Levels of a YAML document."""
_CVE = r"^CVE-\d{4}-\d{4,12}$"


class Recognised(NamedTuple):
    """What an input is, and how it is laid out."""

    format: Format
    shape: Shape


class Other(NamedTuple):
    """A document that is no record, and does not pretend to be one: some repository's own settings."""

    name: str


class Score(msgspec.Struct):
    """A line of EPSS."""

    cve: Annotated[str, Meta(pattern=_CVE)]
    epss: Annotated[float, Meta(ge=0, le=1)]
    percentile: Annotated[float, Meta(ge=0, le=1)]


class Entry(
    msgspec.Struct,
    rename={"cve": "cveID", "added": "dateAdded", "due": "dueDate", "used": "knownRansomwareCampaignUse"},
):
    """An entry of the catalogue of known exploited vulnerabilities."""

    cve: Annotated[str, Meta(pattern=_CVE)]
    added: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    due: Annotated[str, Meta(max_length=32)] = ""
    used: Annotated[str, Meta(max_length=64)] = ""


class _Span(msgspec.Struct):
    introduced: str = "0"
    fixed: str | None = None
    last_affected: str | None = None
    introduced_exclusive: bool = False


class Component(msgspec.Struct):
    """A rule about a service for AI (docs/howto/intelligence.md tells its fields)."""

    component: Annotated[str, Meta(min_length=1, max_length=512)]
    ids: list[str] = []
    other_id: str | None = None
    rule_kind: str = ""
    ranges: list[_Span] = []
    empty: bool = False
    severity: str | None = None
    cvss_vector: str | None = None


class Sniffed(msgspec.Struct):
    """The fields by which a JSON object is told."""

    id: msgspec.Raw = msgspec.Raw()
    modified: msgspec.Raw = msgspec.Raw()
    affected: msgspec.Raw = msgspec.Raw()
    schema_version: msgspec.Raw = msgspec.Raw()
    component: msgspec.Raw = msgspec.Raw()
    rule_kind: msgspec.Raw = msgspec.Raw()
    cve: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="cveID")
    catalog: str | None = msgspec.field(default=None, name="catalogVersion")
    released: str | None = msgspec.field(default=None, name="dateReleased")
    vulnerabilities: msgspec.Raw = msgspec.Raw()
    vulns: msgspec.Raw = msgspec.Raw()


_TELLING = frozenset({"id", "modified", "affected", "schema_version"})
"""Fields of which an OSV record has one at least."""
_SNIFF = msgspec.json.Decoder(Sniffed)
_OSV = msgspec.json.Decoder(Osv)
_ENTRY = msgspec.json.Decoder(Entry)
_COMPONENT = msgspec.json.Decoder(Component)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_UNREADABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError, yaml.YAMLError, ValueError)


def recognised(reading: Reading) -> Recognised:
    """What an input is; ``unknown`` where its beginning says nothing."""
    if reading.folder or reading.head.startswith(ZIP):
        return Recognised("osv", "documents")
    head = reading.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith((b"{", b"[")):
        first, more = reading.first_line()
        return _of_json(head, first, more=more)
    columns = {name.strip().strip('"') for name in _header(head).split(",")}
    if {"cve", "epss"} <= columns:
        return Recognised("epss", "csv")
    if {"cveID", "dateAdded"} <= columns:
        return Recognised("kev", "csv")
    if re.search(rb"^id:\s*\S", head, re.MULTILINE):
        return Recognised("osv", "whole")
    return Recognised("unknown", "whole")


def _of_json(head: bytes, first: bytes, *, more: bool) -> Recognised:
    """By the first line: a document in itself, or the beginning of one."""
    try:
        sniffed = _SNIFF.decode(first)
    except _UNREADABLE:
        return Recognised("kev" if b'"catalogVersion"' in head else "osv", "whole")
    if sniffed.catalog is not None:
        return Recognised("kev", "whole" if sniffed.vulnerabilities else "lines")
    if sniffed.cve:
        return Recognised("kev", "lines")
    return Recognised("osv", "lines" if more or sniffed.component else "whole")


def _header(head: bytes) -> str:
    lines = head.decode("utf-8", "replace").splitlines()
    return next((line for line in lines if line and not line.startswith("#")), "")


def osv(reading: Reading, shape: Shape) -> Iterator[Osv | Broken | Other]:
    """The OSV records of an input, rules about AI components turned into such."""
    components: dict[str, list[Component]] = {}
    for document in _documents(reading, shape):
        if isinstance(document, Broken):
            yield document
            continue
        try:
            yield from _records(document, components)
        except _UNREADABLE as error:
            yield Broken(document.name, f"malformed: {error}")
    for name in sorted(components):
        try:
            yield _component(name, components[name])
        except msgspec.ValidationError as error:
            yield Broken(name, f"malformed: {error}")


def _documents(reading: Reading, shape: Shape) -> Iterator[Document | Broken]:
    if shape == "documents":
        yield from reading.documents()
    elif shape == "lines":
        yield from reading.lines()
    else:
        data = reading.whole()
        try:
            listed = _listed(data)
        except _UNREADABLE as error:
            yield Broken(reading.path.name, f"malformed: {error}")
            return
        if listed is None:
            yield Document(reading.path.name, data)
        else:
            yield from (Document(f"record {number}", bytes(raw)) for number, raw in enumerate(listed, 1))


def _listed(data: bytes) -> list[msgspec.Raw] | None:
    """The records of a document that is a list of them, or holds one; None where it is a record itself."""
    text = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"["):
        return _LIST.decode(text)
    if text.startswith(b"{"):
        sniffed = _SNIFF.decode(text)
        held = sniffed.vulns or sniffed.vulnerabilities
        if held and not sniffed.id:
            return _LIST.decode(held)
    return None


def _records(document: Document, components: dict[str, list[Component]]) -> Iterator[Osv | Other]:
    data = document.data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not data.startswith(b"{"):
        read = _yaml(data)
        other = isinstance(read, dict) and _TELLING.isdisjoint(read)
        yield Other(document.name) if other else msgspec.convert(read, Osv)
        return
    sniffed = _SNIFF.decode(data)
    if sniffed.component and not sniffed.id:
        rule = _COMPONENT.decode(data)
        name = next(iter((*rule.ids, rule.other_id or "")), "") or "AI-" + re.sub(r"\W+", "-", rule.component)
        components.setdefault(name, []).append(rule)
    elif not (sniffed.id or sniffed.modified or sniffed.affected or sniffed.schema_version):
        yield Other(document.name)
    else:
        yield _OSV.decode(data)


class _Loader(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]  # PyYAML has the compiled one or not
    """Every scalar is text, as it stands; nothing refers to anything."""


def _yaml(data: bytes) -> Any:
    depth = 0
    for event in yaml.parse(data, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("it refers to another part of itself")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise yaml.YAMLError(f"deeper than {DEEPEST} levels")
    return yaml.load(data, Loader=_Loader)  # noqa: S506  # it builds texts, lists and mappings only


def _component(name: str, rules: Iterable[Component]) -> Osv:
    """All rules of one id as one record."""
    given = list(rules)
    affected = [
        {
            "package": {"ecosystem": "AI", "name": rule.component},
            "ranges": [{"type": "ECOSYSTEM", "events": list(_events(span))} for span in rule.ranges],
            "severity": [{"type": "CVSS", "score": rule.cvss_vector}] if rule.cvss_vector else [],
        }
        for rule in given
        if not rule.empty
    ]
    aliases = sorted({one for rule in given for one in rule.ids} - {name})
    word = next((rule.severity for rule in given if rule.severity), "")
    record = {"id": name, "aliases": aliases, "affected": affected, "database_specific": {"severity": word}}
    return msgspec.convert(record, Osv)


def _events(span: _Span) -> Iterator[dict[str, str]]:
    yield {"introduced_after" if span.introduced_exclusive else "introduced": span.introduced}
    if span.fixed is not None:
        yield {"fixed": span.fixed}
    elif span.last_affected is not None:
        yield {"last_affected": span.last_affected}


def kev(reading: Reading, shape: Shape) -> Iterator[Entry | Broken | str]:
    """The catalogue's entries; a text is the date on which it was released."""
    if shape == "csv":
        yield from _table(reading, Entry)
        return
    if shape == "whole":
        data = reading.whole()
        try:
            catalogue = _SNIFF.decode(data)
            entries = _LIST.decode(catalogue.vulnerabilities)
        except _UNREADABLE as error:
            yield Broken(reading.path.name, f"malformed: {error}")
            return
        yield catalogue.released or (catalogue.catalog or "").replace(".", "-")
        documents: Iterable[Document | Broken] = (
            Document(f"entry {number}", bytes(raw)) for number, raw in enumerate(entries, 1)
        )
    else:
        documents = reading.lines()
    for document in documents:
        yield document if isinstance(document, Broken) else _entry(document)


def _entry(document: Document) -> Entry | Broken | str:
    try:
        sniffed = _SNIFF.decode(document.data)
        return _ENTRY.decode(document.data) if sniffed.cve else sniffed.released or ""
    except _UNREADABLE as error:
        return Broken(document.name, f"malformed: {error}")


def epss(reading: Reading) -> Iterator[Score | Broken | str]:
    """The scores; a text is the date for which they were made."""
    yield from _table(reading, Score)


def _table(reading: Reading, kind: type[Score | Entry]) -> Iterator[Any]:
    columns: list[str] = []
    for line in reading.lines():
        if isinstance(line, Broken):
            yield line
            continue
        text = line.data.decode("utf-8-sig", "replace")
        if text.startswith("#"):
            found = re.search(r"score_date:([\dT:+Z-]+)", text) or re.search(r"retrieved:([\d-]+)", text)
            yield found[1] if found else ""
            continue
        try:
            cells = next(csv.reader(io.StringIO(text)), [])
        except csv.Error as error:
            yield Broken(line.name, f"malformed: {error}")
            continue
        if not columns:
            columns = cells
            continue
        try:
            yield msgspec.convert(dict(zip(columns, cells, strict=False)), kind, strict=False)
        except msgspec.ValidationError as error:
            yield Broken(line.name, f"malformed: {error}")
