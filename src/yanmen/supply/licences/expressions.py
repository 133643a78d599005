"""What a component says of its licence, as an SPDX expression: from expressions, names and classifiers as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from license_expression import ExpressionError, ExpressionParseError, Licensing, get_spdx_licensing

LONGEST = 1_000
"""Characters of one statement; a whole licence text is not a statement, and is known by its first line."""
_FOLD = re.compile(r"[^0-9a-z+\u4e00-\u9fff]+")
_OSI = "License :: OSI Approved :: "
_OTHER = "License :: "
_NONE = frozenset(
    {"", "unknown", "none", "noassertion", "other", "dual license", "license", "see license", "osi approved"}
)
_TEXTS = {
    "mit license": "MIT",
    "the mit license mit": "MIT",
    "permission is hereby granted free of charge": "MIT",
    "apache license": "Apache-2.0",
    "bsd 3 clause license": "BSD-3-Clause",
    "bsd 2 clause license": "BSD-2-Clause",
    "isc license": "ISC",
    "gnu general public license": "LicenseRef-gpl-unspecified",
    "gnu lesser general public license": "LicenseRef-lgpl-unspecified",
    "gnu affero general public license": "AGPL-3.0-only",
    "mozilla public license version 2 0": "MPL-2.0",
}
"""How the texts of licences begin, folded."""


class Family(NamedTuple):
    """What licences of a kind demand."""

    name: str
    obligations: tuple[str, ...]


@cache
def _pack() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "families.yaml").read_text("utf-8"))
    return read


@cache
def licensing() -> Licensing:
    """SPDX's licences and exceptions, and the parser of expressions of them; made once."""
    return get_spdx_licensing()


@cache
def families() -> Mapping[str, Family]:
    """The family of each licence that is known, by id in lower case."""
    return {
        name.lower(): Family(family, tuple(said["obligations"]))
        for family, said in _pack()["families"].items()
        for name in said["ids"]
    }


@cache
def ids() -> Mapping[str, str]:
    """The spelling of each licence that is known, by id in lower case: SPDX's, and ours of what SPDX lacks."""
    spdx = {str(name).lower(): str(name) for name in licensing().known_symbols}
    ours = {name.lower(): name for said in _pack()["families"].values() for name in said["ids"]}
    return spdx | ours


@cache
def _names() -> Mapping[str, str]:
    return {name: key for key, names in _pack()["names"].items() for name in names}


def table(name: str) -> Any:
    """A part of the pack: ``conflicts``, ``may_become``."""
    return _pack()[name]


def stated(statements: Iterable[str]) -> str:
    """One expression for all that a component says; nothing where it says nothing that is understood.

    An expression counts before a name, a name before a classifier. Several classifiers that differ are joined by ``OR`` only
    where nothing else is said: that is how the field reads them, and the caller is told no less.
    """
    found: list[str] = []
    classified: list[str] = []
    for statement in statements:
        text = statement[:LONGEST].strip()
        if text.startswith(_OTHER):
            name = text.removeprefix(_OSI).removeprefix(_OTHER)
            classified += [known] if (known := named(name)) else []
        elif known := expression(text) or named(text):
            found.append(known)
    exact = [one for one in found if "unspecified" not in one]
    if exact or not classified:
        return _joined(exact or found, "AND")
    return _joined([one for one in classified if "unspecified" not in one] or found or classified, "OR")


def expression(text: str) -> str:
    """An SPDX expression in its canonical spelling; nothing where it is none, or names a licence that nobody knows."""
    spelled = re.sub(r"[A-Za-z0-9.+:-]+", _spelled, text)
    try:
        parsed = licensing().parse(spelled, validate=False)
    except (ExpressionError, ExpressionParseError, AttributeError, ValueError, RecursionError):
        return ""
    if parsed is None:
        return ""
    unknown = [key for key in licensing().license_keys(parsed) if not _known(key)]
    return "" if unknown else str(parsed)


def _spelled(word: re.Match[str]) -> str:
    """A licence as SPDX spells it; ``and``, ``or`` and ``with`` in capitals."""
    text = word[0]
    return text.upper() if text.lower() in {"and", "or", "with"} else ids().get(text.lower(), text)


def _known(key: str) -> bool:
    return key.lower() in ids() or key.startswith(("LicenseRef-", "DocumentRef-"))


def named(text: str) -> str:
    """The licence of a name as people write it, or of a text that begins as a licence's does."""
    first = text.strip().partition("\n")[0]
    folded = _FOLD.sub(" ", first.lower()).strip()
    if folded in _NONE:
        return ""
    if key := _names().get(folded):
        return key
    if known := ids().get(first.strip().lower()):
        return known
    whole = _FOLD.sub(" ", text.lower()).strip()
    begins = (key for start, key in _TEXTS.items() if whole.startswith(start) and len(whole) > 2 * len(start))
    return next(begins, "")


def alternatives(text: str) -> tuple[frozenset[str], ...]:
    """The licences of an expression as sets to choose from: one of them must be kept, with all that is in it.

    ``MIT AND (A OR B)`` gives ``{MIT, A}, {MIT, B}``. An exception stands with its licence: ``GPL-2.0-only WITH x``. More than
    64 ways are cut: such an expression is nobody's.
    """
    if not text:
        return ()
    return tuple(_ways(licensing().parse(text, validate=False)))[:64]


def _ways(node: Any) -> list[frozenset[str]]:
    operator = getattr(node, "operator", "").strip()
    if operator == "OR":
        return [way for part in node.args for way in _ways(part)]
    if operator == "AND":
        ways: list[frozenset[str]] = [frozenset()]
        for part in node.args:
            ways = [way | more for way in ways for more in _ways(part)][:64]
        return ways
    return [frozenset({str(node)})]


def _joined(parts: list[str], word: str) -> str:
    unique = list(dict.fromkeys(parts))
    if len(unique) < 2:  # noqa: PLR2004  # nothing to join
        return unique[0] if unique else ""
    return str(licensing().parse(f" {word} ".join(f"({part})" for part in unique), validate=False).simplify())
