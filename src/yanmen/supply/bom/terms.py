"""Terms that both forms share: licences, digests, and what a component is."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from yanmen.supply.licences.expressions import licensing, stated
from yanmen.supply.targets import Component

Type = Literal[
    "library", "application", "container", "machine-learning-model", "data", "operating-system", "file"
]
_KINDS: dict[str, Type] = {
    "model": "machine-learning-model",
    "adapter": "machine-learning-model",
    "dataset": "data",
    "image": "container",
    "system": "operating-system",
    "tokenizer": "file",
    "script": "file",
    "download": "file",
}
_DIGITS = {"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128, "blake2b-256": 64, "blake3": 64}
"""Hex digits of each algorithm."""
_WEB = re.compile(
    r"(?:git\+)?https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?(?:/(?:[A-Za-z0-9._~:/?@!$&'()*+,;=#-]|%[0-9A-Fa-f]{2})*)?"
)
_OWN = frozenset({"also", "kind"})


class Licensed(NamedTuple):
    """What a component says of its licence, told apart."""

    id: str = ""
    """One licence of SPDX's list."""
    expression: str = ""
    """Several, or one with an exception or of a name of our own."""
    names: tuple[str, ...] = ()
    """What nobody could read as either."""


def licensed(component: Component) -> Licensed:
    """An id where it is exactly one licence of SPDX's list, else an expression, else the names as they are given."""
    expression = stated(component.licences)
    if expression:
        known = expression in licensing().known_symbols and not expression.startswith("LicenseRef-")
        return Licensed(id=expression) if known else Licensed(expression=expression)
    return Licensed(names=tuple(dict.fromkeys(one.strip() for one in component.licences if one.strip())))


def digests(component: Component) -> list[tuple[str, str]]:
    """Algorithm and hex digits, where they are as many as the algorithm's."""
    return [
        (name, digits)
        for name, digits in sorted(component.hashes.items())
        if len(digits) == _DIGITS.get(name) and re.fullmatch(r"[0-9a-f]+", digits)
    ]


def web(text: str) -> str:
    """An address that every reader takes for one; empty where it is none."""
    return text if _WEB.fullmatch(text) else ""


def type_of(component: Component) -> Type:
    """What it is."""
    if component.facts.get("role") == "project":
        return "application"
    return _KINDS.get(component.facts.get("kind", ""), "library")


def facts(component: Component, *, unchecked: bool = False) -> list[tuple[str, str]]:
    """Whatever else is known, as names and values: ``how``, ``constraint``, ``fact:marker``."""
    said = [("how", component.how), ("ecosystem", component.ecosystem), ("constraint", component.constraint)]
    if component.direct is not None:
        said.append(("direct", "true" if component.direct else "false"))
    said.append(("scope", component.scope))
    said.append(("advisories", "not-checked" if unchecked else ""))
    said.extend((f"fact:{key}", value) for key, value in sorted(component.facts.items()) if key not in _OWN)
    return [(key, value) for key, value in said if value]
