"""Python's versions (PEP 440), in the order that ``packaging`` gives them."""

from __future__ import annotations

import re

from packaging.version import InvalidVersion, Version

LONGEST = 500
"""Characters of a version."""

_NO_UPDATE = re.compile(r"-NA$")
"""How a CPE without an update component was written down: ``2.6.0-NA`` is 2.6.0."""
_BUILD = re.compile(r"-((?:cu|rocm|xpu)[0-9.]*|cpu)$")
"""A local version label after a hyphen: ``2.6.0-cu124`` is 2.6.0+cu124."""


def key(text: str) -> Version:
    """A version; what PEP 440 does not know (``2004d``, ``1.0-custom``) has no place in its order and is a ValueError.

    Two ways in which advisories write PEP 440's versions wrongly are read as they are meant.
    """
    if len(text) > LONGEST:
        raise InvalidVersion(f"{text[:80]!r}… is too long")
    try:
        return Version(text)
    except InvalidVersion:
        mended = _BUILD.sub(r"+\1", _NO_UPDATE.sub("", text))
        if mended == text:
            raise
        return Version(mended)


def public(text: str) -> str:
    """The version without its local label (``2.6.0`` of ``2.6.0+cu124``): builds of one release share its faults."""
    return text.partition("+")[0]
