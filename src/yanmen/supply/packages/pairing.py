"""Which files of packages belong together: a wheel and its source distribution, a release and the one before it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from yanmen.supply.packages.opening import named

_FORMS = {".whl": "wheel", ".tgz": "npm"}


class _File(NamedTuple):
    path: Path
    form: str
    version: Version


def beside(files: Iterable[Path]) -> dict[Path, tuple[Path, ...]]:
    """Each file that has something to be compared with: a wheel's source of the same version; the release before, in the same form.

    What a name says is only taken for finding pairs: whoever compares looks at what the packages say themselves.
    """
    groups: dict[tuple[str, bool], list[_File]] = {}
    for path in files:
        form = _FORMS.get(path.suffix, "sdist")
        said = named(path.name, form)
        try:
            version = Version(said[1]) if said else None
        except InvalidVersion:
            version = None
        if said and version is not None:
            groups.setdefault((canonicalize_name(said[0]), form == "npm"), []).append(
                _File(path, form, version)
            )
    return {one.path: found for group in groups.values() for one in group if (found := _others(one, group))}


def _others(one: _File, group: list[_File]) -> tuple[Path, ...]:
    found = []
    if one.form == "wheel":
        found += [other.path for other in group if other.form == "sdist" and other.version == one.version][:1]
    earlier = [other for other in group if other.version < one.version]
    if earlier:
        last = max(other.version for other in earlier)
        before = [other for other in earlier if other.version == last]
        found.append(
            min(
                before, key=lambda other: (other.form != one.form, other.form != "sdist", other.path.name)
            ).path
        )
    return tuple(found)
