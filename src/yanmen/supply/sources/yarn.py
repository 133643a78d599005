"""yarn.lock, of yarn 1 in its own form and of later ones in YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.text import table, text, word
from yanmen.supply.documents.yaml import Mapping, parsed_yaml
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import address, node, npm, own
from yanmen.supply.sources.npm_locks import integrity
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

LARGEST = 32 << 20
"""Bytes of one lock file."""
_FIELD = re.compile(r'\s+"?([^"\s]+)"?\s+"?([^"]*)"?\s*$')
_CHECKSUM = re.compile(r"(?:[a-z0-9]+/)?([0-9a-f]{128})")


class Entry(NamedTuple):
    """A package of the lock: by which ranges it is asked for, and what it needs by ranges."""

    asked: tuple[str, ...]
    fields: dict[str, str]
    needs: dict[str, str]
    line: int


class YarnLock(Extractor):
    """Reads yarn.lock."""

    names = frozenset({"yarn.lock"})

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Every package, and what its ranges resolve to."""
        content = text(file, LARGEST)
        entries = list(_modern(content) if "__metadata:" in content else _classic(content))
        resolved = {asked: entry for entry in entries for asked in entry.asked}
        for entry in entries:
            try:
                yield _component(file, entry, resolved)
            except UnreadError as error:
                yield file.unread(error.reason, error.detail, entry.line)
        if not entries and content.strip() and not content.lstrip().startswith("#"):
            yield file.unread("malformed", "no entries of yarn")


def _classic(content: str) -> Iterator[Entry]:
    """Entries at the margin, fields indented by two, needs by four."""
    here: Entry | None = None
    within = ""
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not line[0].isspace():
            if here:
                yield here
            asked = tuple(one.strip().strip('"') for one in line.rstrip().rstrip(":").split(","))
            here, within = Entry(asked, {}, {}, number), ""
        elif here and line.startswith("    "):
            if (found := _FIELD.match(line)) and within in {"dependencies", "optionalDependencies"}:
                here.needs[found[1]] = found[2]
        elif here and line.rstrip().endswith(":"):
            within = line.strip().rstrip(":")
        elif here and (found := _FIELD.match(line)):
            here.fields[found[1]] = found[2]
    if here:
        yield here


def _modern(content: str) -> Iterator[Entry]:
    for document in parsed_yaml(content):
        entries = document if isinstance(document, Mapping) else Mapping()
        for name, said in entries.items():
            if name == "__metadata":
                continue
            fields = {key: word(value) for key, value in table(said).items() if isinstance(value, str)}
            needs = {key: word(value) for key, value in table(table(said).get("dependencies")).items()}
            asked = tuple(one.strip() for one in name.split(","))
            yield Entry(asked, fields, needs, entries.lines.get(name, 0))


def split(asked: str) -> tuple[str, str]:
    """``@s/a@^1.0`` is the name and the range; of an alias the package it stands for."""
    at = asked.find("@", 1)
    name, wanted = (asked[:at], asked[at + 1 :]) if at > 0 else (asked, "")
    bare = wanted.removeprefix("npm:")
    inner = bare.find("@", 1)
    if wanted.startswith("npm:") and inner > 0:
        return bare[:inner], bare[inner + 1 :]
    return name, wanted


def _component(file: File, entry: Entry, resolved: dict[str, Entry]) -> Component:
    name = split(entry.fields.get("resolution") or entry.asked[0])[0]
    version = entry.fields.get("version", "")
    where = file.at(entry.line)
    needs = _needs(entry, resolved)
    if entry.fields.get("linkType") == "soft" or version == "0.0.0-use.local":
        return own("npm", name, "", how="locked", where=where, needs=needs)
    facts = {}
    origin = entry.fields.get("resolved", "") or entry.fields.get("resolution", "")
    if "git" in origin.partition("://")[0] or origin.startswith("git@") or "#commit=" in origin:
        facts["url"] = address(origin.partition("@")[2] if "#commit=" in origin else origin)
    checksum = _CHECKSUM.fullmatch(entry.fields.get("checksum", ""))
    if checksum:  # of yarn's own zip file, not of the registry's archive
        facts["checksum"] = checksum[1]
    return node(
        name,
        version,
        how="locked",
        where=where,
        hashes=integrity(entry.fields.get("integrity", "")),
        needs=needs,
        facts=facts,
    )


def _needs(entry: Entry, resolved: dict[str, Entry]) -> tuple[str, ...]:
    found = set()
    for name, wanted in entry.needs.items():
        candidates: tuple[Any, ...] = (resolved.get(f"{name}@{wanted}"), resolved.get(f"{name}@npm:{wanted}"))
        other = next((one for one in candidates if one), None)
        real = (
            split(f"{name}@{wanted}")[0]
            if other is None
            else split(other.fields.get("resolution") or other.asked[0])[0]
        )
        version = other.fields.get("version", "") if other else ""
        try:
            found.add(npm(real, "" if version == "0.0.0-use.local" else version))
        except UnreadError:
            continue
    return tuple(sorted(found))
