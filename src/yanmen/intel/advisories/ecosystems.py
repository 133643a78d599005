"""The ecosystems that OSV names: how each writes the names of packages, and in which order its versions stand."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from yanmen.intel.advisories.versions import (
    alpine,
    debian,
    maven,
    nuget,
    packagist,
    pypi,
    rpm,
    rubygems,
    semver,
)

Order = Callable[[str], Any]
"""What a version is compared by; ValueError where it is no version of that ecosystem."""

_CPE = re.compile(r"(?:enterprise_linux|rhel_[a-z]+):(\d+)(?:\.\d+)?(?:::?.*)?")

AI = "AI"
"""Our own name for services that are known by what they are called, not by a package: ``gradio``, ``open-webui``."""


def _as_given(name: str) -> str:
    return name


def _pep503(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _called(name: str) -> str:
    return re.sub(r"[\s_-]+", "-", name.strip()).casefold()


class Ecosystem(NamedTuple):
    """One ecosystem; without an order only versions that an advisory lists can be told."""

    name: str
    fold: Callable[[str], str] = _as_given
    order: Order | None = None
    mark: str = ""
    """What sets off a part of a version that advisories may leave out: ``+`` a build of Python's, ``:`` an epoch of RPM's."""
    public: Callable[[str], str] = _as_given
    """The version without that part. Where that is affected, and no bound has such a part either, so is the version."""


_TABLE = (
    Ecosystem("PyPI", _pep503, pypi.key, "+", pypi.public),
    Ecosystem("npm", _as_given, semver.key),
    Ecosystem("Go", _as_given, semver.key),
    Ecosystem("crates.io", _as_given, semver.key),
    Ecosystem("Hex", str.lower, semver.key),
    Ecosystem("Pub", str.lower, semver.key),
    Ecosystem("SwiftURL", str.lower, semver.key),
    Ecosystem("Maven", _as_given, maven.key),
    Ecosystem("NuGet", str.lower, nuget.key),
    Ecosystem("RubyGems", _as_given, rubygems.key),
    Ecosystem("Packagist", str.lower, packagist.key),
    *(Ecosystem(name, str.lower, debian.key) for name in ("Debian", "Ubuntu")),
    *(Ecosystem(name, str.lower, alpine.key) for name in ("Alpine", "Alpaquita", "Chainguard", "MinimOS", "Wolfi")),
    *(
        Ecosystem(name, _as_given, rpm.key, ":", rpm.public)
        for name in (
            "AlmaLinux", "Azure Linux", "Mageia", "openEuler", "openSUSE", "Photon OS", "Red Hat", "Rocky Linux", "SUSE",
        )
    ),
    Ecosystem(AI, _called, pypi.key),
)  # fmt: skip
_KNOWN = {one.name.casefold(): one for one in _TABLE}


@lru_cache(256)
def ecosystem(name: str) -> Ecosystem:
    """The ecosystem of an OSV name (``Debian:12`` is Debian), whatever its case; one that is not known has no order."""
    bare = name.partition(":")[0]
    return _KNOWN.get(bare.casefold()) or Ecosystem(bare)


@lru_cache(256)
def release(name: str) -> str:
    """What follows the colon: ``12``, ``v3.19``, ``22.04``.

    A long-term release of Ubuntu is that release; a CPE of Red Hat's is its major version.
    """
    given = name.partition(":")[2].removesuffix(":LTS")
    found = _CPE.fullmatch(given)
    return found[1] if found else given


def place(ecosystem_name: str, name: str) -> str:
    """The name under which a package is kept and looked up."""
    known = ecosystem(ecosystem_name)
    return f"{known.name}\x1f{known.fold(name)}"
