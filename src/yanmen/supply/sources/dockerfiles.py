"""Dockerfiles: the images they begin from, and what their commands install."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yanmen.core.nouns import Unexamined
from yanmen.supply.commands import mentioned
from yanmen.supply.documents.text import text
from yanmen.supply.extractor import Extractor
from yanmen.supply.fetches.naming import of_environment, of_fetch
from yanmen.supply.fetches.reading import Fetch, Risk
from yanmen.supply.purls import address
from yanmen.supply.references import image
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

_LONGEST = 20_000
_COMMIT = re.compile(r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])")
_NAME = re.compile(r"(?i)(?:.*[._-])?(?:dockerfile|containerfile)(?:[._-].*)?$")
_FROM = re.compile(r"(?i)FROM\s+(?:--platform=\S+\s+)?(\S+)(?:\s+AS\s+(\S+))?\s*$")
_COPY = re.compile(r"(?i)(?:COPY|RUN)\s+.*?--(?:from|mount=\S*?from)=([^\s,]+)")
_ARG = re.compile(r"(?i)ARG\s+([A-Za-z_]\w*)=(\S+)\s*$")
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)(?::-([^}]*))?\}?")
_LATER = re.compile(r"(?i)^ONBUILD\s+")
_SET = re.compile(r"(?i)ENV\s+(.*)", re.DOTALL)
_ADD = re.compile(r"(?i)ADD\s+(.*)", re.DOTALL)
_PAIR = re.compile(r"""([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*"|'[^']*'|\S*)""")
_DOCUMENT = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")


class Dockerfiles(Extractor):
    """Reads Dockerfiles and Containerfiles."""

    names = frozenset({"dockerfile", "containerfile"})
    endings = tuple(
        f".{one}"
        for one in (
            "dockerfile",
            "containerfile",
            "dev",
            "prod",
            "gpu",
            "cpu",
            "cuda",
            "rocm",
            "test",
            "ci",
            "base",
            "build",
        )
    )

    def wants(self, file: File) -> bool:
        """By name: ``Dockerfile``, ``Dockerfile.gpu``, ``api.dockerfile``."""
        return not file.inside and bool(_NAME.fullmatch(file.name))

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Images with arguments' defaults put in, stages left out, and each RUN."""
        stages: set[str] = set()
        known: dict[str, str] = {}
        count = 0
        for instruction, number in instructions(text(file)):
            line = _LATER.sub("", instruction)
            if found := _ARG.fullmatch(line):
                known.setdefault(found[1], found[2].strip("\"'"))
                yield from of_environment(found[1], found[2].strip("\"'"), file.at(number), "image")
            elif found := _FROM.fullmatch(line):
                count += 1
                name = _filled(found[1], known)
                if found[2]:
                    stages.add(found[2].lower())
                if name.lower() not in stages and name != "scratch":
                    yield from _image(file, name, number)
            else:
                if name := _copied(line, stages):
                    yield from _image(file, _filled(name, known), number)
                yield from _fetching(file, line, number)
        if not count:
            yield file.unread("malformed", "a Dockerfile without FROM")


def _copied(line: str, stages: set[str]) -> str:
    """The image that a COPY or a RUN takes files from; empty: none, or a stage of this file."""
    found = _COPY.match(line) if len(line) < _LONGEST else None
    return found[1] if found and found[1].lower() not in stages and not found[1].isdigit() else ""


def _fetching(file: File, line: str, number: int) -> Iterator[Component | Unexamined]:
    """What RUN, ADD and ENV bring in."""
    if line[:4].upper() == "RUN ":
        yield from mentioned(file, _command(line[4:]), number, "image")
    elif found := _SET.match(line):
        yield from _environment(file, found[1], number)
    elif found := _ADD.match(line):
        yield from _added(file, found[1], number)


def _environment(file: File, text: str, number: int) -> Iterator[Component]:
    """Variables that say where packages come from: ``ENV A=b C=d``, and ``ENV A b`` as it was once written."""
    pairs = _PAIR.findall(text) or [text.partition(" ")[::2]]
    for name, value in pairs:
        yield from of_environment(name, value.strip().strip("\"'"), file.at(number), "image")


def _added(file: File, text: str, number: int) -> Iterator[Component]:
    """Addresses that ADD fetches without ``--checksum``; of a repository, without a commit."""
    if re.search(r"--checksum=", text):
        return
    for word in text.split()[:-1]:
        if not re.match(r"(?i)(?:https?://|git@)", word) or _COMMIT.search(word):
            continue
        repository = bool(re.search(r"\.git(?:#|$)|^git@", word))
        risk: Risk = "not-pinned" if repository else "unverified"
        yield of_fetch(Fetch(risk, address(word), f"ADD {word}", 0), file.at(number), "image")
        if word.lower().startswith("http://"):
            yield of_fetch(Fetch("no-transport", address(word), f"ADD {word}", 0), file.at(number), "image")


def _filled(text: str, known: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda found: known.get(found[1]) or found[2] or found[0], text)


def _image(file: File, name: str, number: int) -> Iterator[Component | Unexamined]:
    try:
        yield image(name, where=file.at(number))
    except UnreadError as error:
        yield file.unread(error.reason, error.detail, number)


def _command(text: str) -> str:
    """A RUN's command; of its list form the words."""
    bare = re.sub(r"^(?:--\S+\s+)+", "", text.strip())
    if bare.startswith("["):
        words = re.findall(r'"((?:[^"\\]|\\.)*)"', bare)
        return " ".join(
            words[2:]
            if words[:2] in (["/bin/sh", "-c"], ["sh", "-c"], ["/bin/bash", "-c"], ["bash", "-c"])
            else words
        )
    return bare


def instructions(content: str) -> Iterator[tuple[str, int]]:
    """Instructions as the builder joins them, with the number of their first line; here-documents are part of theirs."""
    waiting: list[str] = []
    start, until = 0, ""
    for number, raw in enumerate(content.splitlines(), 1):
        line = raw.strip()
        if until:
            waiting.append("\n" + raw)
            if line == until:
                until = ""
                yield "".join(waiting), start
                waiting = []
            continue
        if line.startswith("#") or (not line and waiting):
            continue
        start = start if waiting else number
        if raw.rstrip().endswith("\\"):
            waiting.append(raw.rstrip()[:-1].lstrip() + " ")
            continue
        waiting.append(line)
        if found := _DOCUMENT.search(line):
            until = found[1]
            continue
        if joined := "".join(waiting).strip():
            yield joined, start
        waiting = []
    if waiting:
        yield "".join(waiting).strip(), start
