"""Paragraphs of ``Name: value`` lines: the metadata of Python's packages, the databases of dpkg."""

from __future__ import annotations

from collections.abc import Iterator

HEADERS = 20_000
"""Lines of one paragraph that are read."""


def headers(content: str) -> dict[str, list[str]]:
    """The first paragraph: each name in lower case, with all its values; a line that begins with space goes on."""
    return next(paragraphs(content), {})


def paragraphs(content: str) -> Iterator[dict[str, list[str]]]:
    """Every paragraph, one after the other."""
    here: dict[str, list[list[str]]] = {}
    last: list[list[str]] = []
    count = 0
    for line in content.split("\n"):
        bare = line.rstrip("\r")
        if not bare:
            if here:
                yield _joined(here)
                here, last, count = {}, [], 0
            continue
        count += 1
        if count > HEADERS:
            continue
        if bare[0] in " \t":
            if last:
                last[-1].append(bare.strip())
            continue
        name, colon, value = bare.partition(":")
        if colon:
            last = here.setdefault(name.strip().lower(), [])
            last.append([value.strip()])
    if here:
        yield _joined(here)


def _joined(here: dict[str, list[list[str]]]) -> dict[str, list[str]]:
    return {name: ["\n".join(lines) for lines in values] for name, values in here.items()}


def first(found: dict[str, list[str]], name: str) -> str:
    """The first value of a name; empty where there is none, or where it says UNKNOWN as old tools did."""
    value = (found.get(name) or [""])[0]
    return "" if value == "UNKNOWN" else value
