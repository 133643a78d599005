"""References to images."""

from __future__ import annotations

import pytest

from yanmen.supply.references import image
from yanmen.supply.walk import UnreadError

DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("text", "purl"),
    [
        ("redis", "pkg:docker/library/redis"),
        ("redis:7.2", "pkg:docker/library/redis@7.2"),
        ("org/app:1", "pkg:docker/org/app@1"),
        ("localhost/app", "pkg:docker/library/app?repository_url=localhost"),
        ("host:5000/a/b/c:1", "pkg:docker/a/b/c@1?repository_url=host:5000"),
        (f"ghcr.io/a/b:1@{DIGEST}", f"pkg:docker/a/b@{DIGEST}?repository_url=ghcr.io"),
    ],
)
def test_names_registries_tags_and_digests(text: str, purl: str) -> None:
    """A digest counts before a tag."""
    assert image(text).purl == purl


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("$X/y", "not-checked"),
        ("{{ x }}", "not-checked"),
        ("UPPER", "malformed"),
        ("a b", "malformed"),
        ("", "malformed"),
    ],
)
def test_what_is_no_reference(text: str, reason: str) -> None:
    """Or not yet one."""
    with pytest.raises(UnreadError, match=reason):
        image(text)
