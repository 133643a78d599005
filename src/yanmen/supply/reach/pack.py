"""Our own list of which functions an advisory is about: public advisories name none."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

FOLDER = Path(__file__).parent / "symbols"


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one fault, or several with one way in, can be reached by."""

    package: str
    ids: tuple[str, ...]
    """Ids and aliases, each of an advisory of this package."""
    symbols: tuple[str, ...]
    """Names as a caller imports them (``yaml.load``); ``starlette.requests.Request#form`` for a method of an object."""
    source: str
    """The public advisory, or the commit that mended it."""
    unless: tuple[str, ...] = ()
    """A call that is handed one of these by name is none of the fault: ``SafeLoader``."""
    note: str = ""
    """What must be so besides, for a person to look at."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    entries: tuple[Listed, ...]


@cache
def listed(folder: Path = FOLDER) -> tuple[Listed, ...]:
    """Every entry. ValueError (msgspec's) where a file of ours is not as it should be."""
    found: list[Listed] = []
    for path in sorted(folder.glob("*.yaml")):
        found += msgspec.yaml.decode(path.read_bytes(), type=_File).entries
    return tuple(found)


def known(package: str, ids: Iterable[str]) -> tuple[Listed, ...]:
    """What the list says of these advisories of a package (by any of their ids)."""
    wanted, name = {one.upper() for one in ids}, canonicalize_name(package)
    return tuple(
        one
        for one in listed()
        if canonicalize_name(one.package) == name and wanted & {each.upper() for each in one.ids}
    )
