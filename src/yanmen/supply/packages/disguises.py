"""Places where source is written so that nobody reads it: pushed off the screen, invisible, turned round, obfuscated, packed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yanmen.supply.packages.behaviour import Disguise
from yanmen.supply.packages.reading.effects import Trigger

_OFF_SCREEN = re.compile(rb"^[^\n]{0,400}?[^\s\n][ \t]{120,}(?=[^\s#/*])([^\n]{4,})", re.MULTILINE)
_PUSHED = re.compile(rb"^[ \t]{250,}(?=[^\s#/*\"'|])([^\n]{4,})", re.MULTILINE)
_CODE = re.compile(rb"[;(=]|\b(?:import|exec|eval|require|const|var)\b")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile(
    r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]{16,}|[\u200b-\u200d\u2060-\u2064\ufeff\u3164\uffa0]{12,}|[\U000e0020-\U000e007f]{8,}"
)
_OBFUSCATOR = re.compile(rb"\b_0x[0-9a-f]{4,6}\b")
_PYTHON_NOISE = re.compile(rb"\b(?:[Il]{12,}|[Oo][O0o]{11,}|_{10,}|[il1I]{14,})\b")
_HEXED = re.compile(rb"(?:\\x[0-9a-fA-F]{2}){40,}")
_PACKED = re.compile(rb"[\"'](?:[A-Za-z0-9+/]{4}){400,}={0,2}[\"']")
_ADDRESS = re.compile(
    rb"[\"'`](?:aHR0cDovL|aHR0cHM6Ly)[A-Za-z0-9+/=_-]{4,300}[\"'`]|"
    rb"[\"'`](?:687474703a2f2f|68747470733a2f2f)[0-9a-fA-F]{6,300}[\"'`]|"
    rb"[\"'`][\w./-]{4,200}//:s?ptth[\"'`]|[\"'`]uggcf?://[\w./-]{4,200}[\"'`]|"
    rb"\b104\s*,\s*116\s*,\s*116\s*,\s*112\s*,\s*(?:115\s*,\s*)?58\s*,\s*47|"
    rb"(?:0x68\s*,\s*0x74\s*,\s*0x74\s*,\s*0x70\s*,|\\x68\\x74\\x74\\x70|\\u0068\\u0074\\u0074\\u0070)"
)
"""Addresses of the web, written so that no search finds them: in base64, in hexadecimal, backwards, turned by 13, as numbers."""
_JSFUCK = re.compile(rb"(?:[\[\]()!+]{40,})")
_PACKER = re.compile(rb"eval\(function\(p,\s?a,\s?c,\s?k,\s?e,\s?[dr]\)")
_FEW = 8
"""Names of JavaScript's obfuscators: nobody else makes such."""
_LEAST = 24
"""Names of an obfuscator from which a file is taken for its work."""


def disguises(member: str, data: bytes, trigger: Trigger, language: str) -> Iterator[Disguise]:
    """Each kind once a file, at its first place."""
    minified = _minified(data)
    if not minified:
        for pattern in (_OFF_SCREEN, _PUSHED):
            found = next((one for one in pattern.finditer(data) if _CODE.search(one[1])), None)
            if found and not _in_table(data, found):
                yield _at(
                    member,
                    data,
                    found.start(1),
                    trigger,
                    "off-screen",
                    found[1][:80].decode("utf-8", "replace"),
                )
                break
    if not data.isascii():
        yield from _unseen(member, data, trigger)
    if found := _ADDRESS.search(data):
        detail = "an address that is written as something else"
        yield _at(member, data, found.start(), trigger, "encoded", detail)
    yield from _obfuscated(member, data, trigger, language)


def _obfuscated(member: str, data: bytes, trigger: Trigger, language: str) -> Iterator[Disguise]:
    if language == "node":
        names = set(_OBFUSCATOR.findall(data))
        if len(names) >= _FEW:
            first = _OBFUSCATOR.search(data)
            yield _at(
                member,
                data,
                first.start() if first else 0,
                trigger,
                "obfuscator",
                f"{len(names)} names like _0x1a2b3c",
            )
        elif found := _PACKER.search(data):
            yield _at(
                member, data, found.start(), trigger, "obfuscator", "a packer's function of p, a, c, k, e, d"
            )
        elif (found := _JSFUCK.search(data)) and len(b"".join(_JSFUCK.findall(data))) > 400:  # noqa: PLR2004  # a program in signs
            yield _at(
                member,
                data,
                found.start(),
                trigger,
                "obfuscator",
                "code written with brackets and signs only",
            )
    else:
        noise = _PYTHON_NOISE.findall(data)
        if len(noise) >= _LEAST and len(set(noise)) > 3:  # noqa: PLR2004  # several names that look alike
            yield _at(
                member,
                data,
                data.find(noise[0]),
                trigger,
                "obfuscator",
                f"{len(set(noise))} names that look alike",
            )


def _unseen(member: str, data: bytes, trigger: Trigger) -> Iterator[Disguise]:
    text = data.decode("utf-8", "replace")
    found = _INVISIBLE.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        yield Disguise(
            kind="invisible",
            member=member,
            line=line,
            trigger=trigger,
            detail=f"{len(found[0])} characters that are not shown",
        )
    turned = _BIDI.search(text)
    if turned:
        line = text.count("\n", 0, turned.start()) + 1
        yield Disguise(
            kind="bidi", member=member, line=line, trigger=trigger, detail=f"U+{ord(turned[0]):04X}"
        )


def _minified(data: bytes) -> bool:
    lines = data.count(b"\n") + 1
    return len(data) / lines > 400 and data.count(b" ") < len(data) / 4  # noqa: PLR2004  # characters of a line, on average


def _in_table(data: bytes, found: re.Match[bytes]) -> bool:
    """Whether code far to the right is a habit of the file: aligned tables."""
    del data
    return found[1].lstrip().startswith((b"#", b"//", b"*", b"\\"))


def _at(member: str, data: bytes, place: int, trigger: Trigger, kind: str, detail: str) -> Disguise:
    return Disguise(
        kind=kind,  # type: ignore[arg-type]  # one of its words
        member=member, line=data.count(b"\n", 0, place) + 1, trigger=trigger, detail=detail,
    )  # fmt: skip
