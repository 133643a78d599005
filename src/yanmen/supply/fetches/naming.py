"""What commands fetch, as components: a script, an archive, a repository of code, an index of packages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yanmen.core.nouns import Unexamined
from yanmen.core.redaction import mask, visible
from yanmen.supply.fetches.indexes import Found, of_variable
from yanmen.supply.fetches.reading import Fetch, Risk, fetches
from yanmen.supply.purls import purl
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

KINDS: dict[Risk, str] = {
    "runs-remote": "script",
    "unverified": "download",
    "not-pinned": "source",
    "extra-index": "service",
    "no-transport": "service",
}
_SECRET = re.compile(
    r"(?i)((?:authorization|token|api[_-]?key|passw\w*|secret|private)[\"']?\s*[:= ]\s*(?:bearer |basic |token )?"
    r"|\s-u\s+|--user[ =])([^\s\"']{4,})"
)
_USER = re.compile(r"(?<=://)[^/\s@]+@")
_ADDRESS = 1_000


def fetched(file: File, text: str, line: int, group: str) -> Iterator[Component | Unexamined]:
    """What a script of a file fetches. ``line``: that of its first."""
    try:
        for one in fetches(text):
            yield of_fetch(one, file.at(line + one.line), group)
    except UnreadError as error:
        yield file.unread(error.reason, error.detail, line)


def of_fetch(one: Fetch, where: str, group: str) -> Component:
    """One thing that is fetched. Where its address is not said, its name is the command's."""
    address = one.address[:_ADDRESS]
    bare = re.sub(r"^\w+://|^git@", "", address).rstrip("/")
    last = bare.rpartition("/")[2].removesuffix(".git")
    kind = KINDS[one.risk]
    key = "vcs_url" if kind == "source" else "repository_url" if kind == "service" else "download_url"
    name = bare.partition("/")[0] if kind == "service" else last
    return Component(
        purl=purl("generic", re.sub(r"[^\w.+-]", "_", name)[:100] or kind, qualifiers=((key, address),)),
        ecosystem="",
        name=name or kind,
        how="mentioned",
        where=where,
        direct=True,
        scope="develop",
        facts={
            "group": group,
            "kind": kind,
            "fetch": one.risk,
            "address": address,
            "command": safe(one.text),
        },
    )


def of_index(found: Found, where: str, group: str, text: str) -> Component:
    """An index that a file or a variable names."""
    risk, address = found
    return of_fetch(Fetch(risk, address, text, 0), where, group)


def of_environment(name: str, value: str, where: str, group: str) -> Iterator[Component]:
    """What a variable of the environment says of indexes."""
    for found in of_variable(name, value):
        yield of_index(found, where, group, f"{name}={value}")


def safe(text: str) -> str:
    """A command fit to show: what looks like a secret is masked."""
    return visible(
        _USER.sub("", _SECRET.sub(lambda found: found[1] + mask(found[2]), " ".join(text.split())))
    )
