"""NuGet's versions: semantic ones with up to four numbers, whose pre-release labels differ in no letter's case."""

from __future__ import annotations

from yanmen.intel.advisories.versions import semver


def key(text: str) -> semver.Key:
    """As a semantic version, in lower case."""
    return semver.key(text.lower())
