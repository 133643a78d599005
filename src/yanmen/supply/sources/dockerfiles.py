"""Dockerfiles: the images they begin from, and what their commands install."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yanmen.core.nouns import Unexamined
from yanmen.supply.commands import mentioned
from yanmen.supply.documents.text import text
from yanmen.supply.extractor import Extractor
from yanmen.supply.references import image
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

_LONGEST = 20_000
_NAME = re.compile(r"(?i)(?:.*[._-])?(?:dockerfile|containerfile)(?:[._-].*)?$")
_FROM = re.compile(r"(?i)FROM\s+(?:--platform=\S+\s+)?(\S+)(?:\s+AS\s+(\S+))?\s*$")
_COPY = re.compile(r"(?i)(?:COPY|RUN)\s+.*?--(?:from|mount=\S*?from)=([^\s,]+)")
_ARG = re.compile(r"(?i)ARG\s+([A-Za-z_]\w*)=(\S+)\s*$")
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)(?::-([^}]*))?\}?")
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
        for line, number in instructions(text(file)):
            if found := _ARG.fullmatch(line):
                known.setdefault(found[1], found[2].strip("\"'"))
            elif found := _FROM.fullmatch(line):
                count += 1
                name = _filled(found[1], known)
                if found[2]:
                    stages.add(found[2].lower())
                if name.lower() not in stages and name != "scratch":
                    yield from _image(file, name, number)
            elif line[:4].upper() == "RUN " or line[:5].upper() == "COPY ":
                if (
                    len(line) < _LONGEST
                    and (found := _COPY.match(line))
                    and found[1].lower() not in stages
                    and not found[1].isdigit()
                ):
                    yield from _image(file, _filled(found[1], known), number)
                if line[:3].upper() == "RUN":
                    yield from mentioned(file, _command(line[4:]), number, "image")
        if not count:
            yield file.unread("malformed", "a Dockerfile without FROM")


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
