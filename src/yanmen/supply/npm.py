"""One requirement of npm, as manifests and commands write it."""

from __future__ import annotations

import re

from yanmen.supply.purls import address, node
from yanmen.supply.targets import Component, Scope

_LOCAL = ("file:", "link:", "workspace:", "portal:", ".", "/", "~/")
_EXACT = re.compile(r"=?v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)")
_ADDRESS = re.compile(r"(?:git|https?|ssh|github|gitlab|bitbucket|gist)[+:]|[\w.-]+/[\w.-]+(?:#.*)?$")


def asked(name: str, constraint: str, scope: Scope, where: str) -> Component | None:
    """What a manifest asks for; None: a folder or a workspace of its own."""
    if constraint.startswith(_LOCAL):
        return None
    facts: dict[str, str] = {}
    if constraint.startswith("npm:"):
        facts["alias"] = name
        real = constraint.removeprefix("npm:")
        at = real.find("@", 1)
        name, constraint = (real[:at], real[at + 1 :]) if at > 0 else (real, "")
    elif _ADDRESS.match(constraint):
        facts["url"] = address(constraint)
    exact = _EXACT.fullmatch(constraint)
    return node(
        name,
        exact[1] if exact else "",
        where=where,
        constraint=constraint if "url" not in facts else "",
        direct=True,
        scope=scope,
        facts=facts,
    )
