"""What a manifest demands of a version, raised as little as may be."""

from __future__ import annotations

import re

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version

_POETRY = re.compile(r"(?P<sign>[~^]?)\s*(?P<version>\d[\w.+!-]*)")
_NPM = re.compile(r"(?P<sign>[~^=v]|>=)?\s*(?P<version>v?\d+(?:\.\d+)*(?:[-+][\w.+-]+)?)")
_LOWER = {">=", ">"}


def pep440(demanded: str, target: str) -> str:
    """A specifier set that the version satisfies and that nothing older does. ValueError where it is none.

    >>> pep440("==1.0", "1.2")
    '==1.2'
    >>> pep440(">=1.0,<2", "1.2")
    '>=1.2,<2'
    >>> pep440("<2", "2.1")
    '>=2.1'
    """
    try:
        clauses = list(SpecifierSet(demanded))
        version = Version(target)
    except (InvalidSpecifier, InvalidVersion) as error:
        raise ValueError(demanded) from error
    ordered = sorted(clauses, key=lambda one: demanded.index(str(one)) if str(one) in demanded else 0)
    if len(ordered) == 1 and (exact := _single(ordered[0], target)):
        return exact
    kept = [one for one in ordered if one.operator not in _LOWER and one.contains(version, prereleases=True)]
    return ",".join(
        [
            f">={target}",
            *(str(one) for one in kept if one.operator not in {"==", "==="} or "*" in one.version),
        ]
    )


def _single(one: Specifier, target: str) -> str:
    if one.operator in {"==", "==="} and "*" not in one.version:
        return f"{one.operator}{target}"
    if one.operator == "~=":
        parts = one.version.count(".")
        return (
            f"~={target}"
            if target.count(".") >= min(parts, 1) and one.contains(target) and target.count(".") == parts
            else ""
        )
    return ""


def poetry(demanded: str, target: str) -> str:
    """The same, with Poetry's ``^`` and ``~``."""
    if found := _POETRY.fullmatch(demanded.strip()):
        return f"{found['sign']}{target}"
    if demanded.strip() in {"*", ""}:
        return f">={target}"
    return pep440(demanded, target)


def npm(demanded: str, target: str) -> str:
    """The same, of package.json. ValueError where it is no range of a registry's versions."""
    text = demanded.strip()
    if re.match(r"[a-z+]+:|\.{0,2}/|[\w-]+/[\w-]+", text):
        raise ValueError(demanded)
    if found := _NPM.fullmatch(text):
        sign = found["sign"] or ""
        return f"{sign if sign in {'~', '^', '>='} else ''}{target}"
    return f"^{target}"


def allows(demanded: str, target: str) -> bool:
    """Whether a specifier set of PEP 440 lets a version in."""
    return SpecifierSet(demanded).contains(target, prereleases=True)
