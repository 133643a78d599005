"""References to container images, as Dockerfiles, compose files and manifests write them."""

from __future__ import annotations

import re
from typing import Any

from yanmen.supply.purls import purl
from yanmen.supply.targets import Component
from yanmen.supply.walk import UnreadError

_REFERENCE = re.compile(
    r"(?:(?P<host>[a-zA-Z0-9.-]+(?::\d+)?)/)?(?P<path>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_FLOATING = re.compile(
    r"(?:latest|stable|main|master|edge|nightly|dev|devel|current|lts|rolling|mainline|\d{1,3})(?:-[a-z]+)?"
)


def image(text: str, **fields: Any) -> Component:
    """The image that a reference names. UnreadError where a variable leaves it open, or where it is none."""
    if "$" in text or "{{" in text:
        raise UnreadError("not-checked", f"the image {text[:100]} is known only when it runs")
    found = _REFERENCE.fullmatch(text)
    if not found:
        raise UnreadError("malformed", f"no reference of an image: {text[:100]!r}")
    host, path, tag, digest = found["host"] or "", found["path"], found["tag"] or "", found["digest"] or ""
    if host and "." not in host and ":" not in host and host != "localhost":
        host, path = "", f"{host}/{path}"
    namespace, _, name = path.rpartition("/")
    facts = {"kind": "image", **fields.pop("facts", {})}
    if not digest and (not tag or _FLOATING.fullmatch(tag)):
        facts["tag"] = tag or "latest"
    elif tag and digest:
        facts["tagged"] = tag
    return Component(
        purl=purl("docker", name, digest or tag, namespace or "library", (("repository_url", host),)),
        ecosystem="",
        name=path if namespace else f"library/{path}",
        version=digest or tag,
        how="mentioned",
        direct=True,
        facts=facts,
        **fields,
    )
