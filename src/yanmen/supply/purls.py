"""Package URLs, and components named by them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from packageurl import PackageURL
from packaging.utils import canonicalize_name

from yanmen.supply.targets import Component
from yanmen.supply.walk import UnreadError

LONGEST = 300
"""Characters of a name or a version: no registry takes so many."""
_DISTRIBUTION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_NPM = re.compile(r"(?:@[^/@\s%:]+/)?[^/@\s%:]+")


@lru_cache(maxsize=100_000)
def purl(
    kind: str, name: str, version: str = "", namespace: str = "", qualifiers: tuple[tuple[str, str], ...] = ()
) -> str:
    """A canonical package URL. UnreadError (``malformed``) where there can be none."""
    if not name.strip("/ ") or max(len(name), len(version), len(namespace)) > LONGEST:
        raise UnreadError("malformed", f"no name of a package: {name[:80]!r}")
    try:
        return PackageURL(
            type=kind,
            namespace=namespace or None,
            name=name,
            version=version or None,
            qualifiers={key: value for key, value in qualifiers if value} or None,
        ).to_string()
    except (ValueError, UnicodeEncodeError) as error:
        raise UnreadError("malformed", f"no package URL: {error}") from None


def pypi(name: str, version: str = "") -> str:
    """Of a distribution of Python. UnreadError where the name cannot be one (PEP 508)."""
    if not _DISTRIBUTION.fullmatch(name):
        raise UnreadError("malformed", f"no name of a distribution: {name[:80]!r}")
    return purl("pypi", canonicalize_name(name), version)


def npm(name: str, version: str = "") -> str:
    """Of a package of npm, with its scope."""
    if not _NPM.fullmatch(name):
        raise UnreadError("malformed", f"no name of a package of npm: {name[:80]!r}")
    scope, _, bare = name.rpartition("/")
    return purl("npm", bare, version, scope)


def python(name: str, version: str = "", **fields: Any) -> Component:
    """A distribution of Python."""
    return Component(
        purl=pypi(name, version), ecosystem="PyPI", name=canonicalize_name(name), version=version, **fields
    )


def node(name: str, version: str = "", **fields: Any) -> Component:
    """A package of npm."""
    return Component(purl=npm(name, version), ecosystem="npm", name=name, version=version, **fields)


ECOSYSTEMS = {
    "cargo": "crates.io",
    "composer": "Packagist",
    "gem": "RubyGems",
    "golang": "Go",
    "hex": "Hex",
    "maven": "Maven",
    "npm": "npm",
    "nuget": "NuGet",
    "pub": "Pub",
    "pypi": "PyPI",
    "swift": "SwiftURL",
}
"""Types of package URLs to OSV's ecosystems, where the type alone tells it."""
_JOINED = {"maven": ":"}


def of_purl(text: str, **fields: Any) -> Component:
    """The component that a package URL names, as somebody else wrote it. UnreadError where it is none."""
    try:
        said = PackageURL.from_string(text[:2_000])
    except ValueError as error:
        raise UnreadError("malformed", f"no package URL: {error}") from None
    version = said.version or ""
    qualifiers: dict[str, str] = dict(said.qualifiers)
    facts = dict(fields.pop("facts", {}))
    bare = canonicalize_name(said.name) if said.type == "pypi" else said.name
    name = f"{said.namespace}{_JOINED.get(said.type, '/')}{bare}" if said.namespace else bare
    ecosystem = ECOSYSTEMS.get(said.type, "")
    if said.type in {"deb", "apk", "rpm"}:
        name, ecosystem = said.name, of_system(qualifiers.get("distro", ""), said.namespace or "")
        facts |= _source(qualifiers.get("upstream", ""))
    if qualifiers.get("download_url", "").startswith("file:"):  # of the tree it was built from
        ecosystem, facts["role"] = "", "project"
    return Component(
        purl=said.to_string(), ecosystem=ecosystem, name=name, version=version, facts=facts, **fields
    )


def _source(upstream: str) -> dict[str, str]:
    """The source package that an operating system's package is built from, and its version where that differs."""
    name, _, version = upstream.partition("@")
    return {key: value for key, value in (("source", name), ("source_version", version)) if value}


def of_system(distro: str, vendor: str = "") -> str:
    """OSV's ecosystem of a distribution: ``debian-12`` is ``Debian:12``; empty where OSV has none."""
    name, _, version = distro.partition("-")
    name, version = (name, version) if version else (vendor or name, distro.removeprefix(vendor))
    return system(name, version)


def system(name: str, version: str) -> str:
    """OSV's ecosystem of a distribution by ID and VERSION_ID of os-release."""
    major = version.partition(".")[0]
    minor = ".".join(version.split(".")[:2])
    if name == "ubuntu" and version:
        year, _, month = minor.partition(".")
        lts = year.isdecimal() and int(year) % 2 == 0 and month == "04"
        return f"Ubuntu:{minor}:LTS" if lts else f"Ubuntu:{minor}"
    if not version and name not in {"wolfi", "chainguard"}:
        return ""
    return {
        "debian": f"Debian:{major}",
        "alpine": f"Alpine:v{minor}",
        "wolfi": "Wolfi",
        "chainguard": "Chainguard",
        "rocky": f"Rocky Linux:{major}",
        "almalinux": f"AlmaLinux:{major}",
        "opensuse-leap": f"openSUSE:Leap {minor}",
        "mageia": f"Mageia:{major}",
        "openEuler": f"openEuler:{version}",
        "openeuler": f"openEuler:{version}",
        "azurelinux": f"Azure Linux:{major}",
    }.get(name, "")


def own(kind: str, name: str, version: str = "", **fields: Any) -> Component:
    """What is being looked at itself: in no registry, so no ecosystem compares it. Its facts say ``role: project``."""
    facts = {"role": "project"} | fields.pop("facts", {})
    link = (
        pypi(name, version)
        if kind == "pypi"
        else npm(name, version)
        if kind == "npm"
        else purl(kind, name, version)
    )
    return Component(purl=link, ecosystem="", name=name, version=version, facts=facts, **fields)


def address(url: str) -> str:
    """An address fit to show: without a user, a password, or what is asked of it."""
    url = url[:2_000]
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, "", ""))
    except ValueError:
        return ""


def digests(found: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Digests of a version's files (``sha256:ab…``): as hashes where the version is one file, else as a fact ``digests``."""
    known = sorted({one for one in found if re.fullmatch(r"[a-z0-9-]+:[0-9a-f]{32,128}", one)})
    if len(known) == 1:
        algorithm, _, digits = known[0].partition(":")
        return {algorithm: digits}, {}
    return {}, {"digests": " ".join(known)} if known else {}
