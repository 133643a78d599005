"""Tags that move."""

from __future__ import annotations

from yanmen.core.nouns import Finding
from yanmen.supply.detectors.pins import FLOATING, Pins
from yanmen.supply.purls import python
from yanmen.supply.references import image

DIGEST = "sha256:" + "ab" * 32


def _tags(text: str) -> list[str]:
    return [
        one.evidence for one in Pins().detect(image(text, where="Dockerfile#L1")) if isinstance(one, Finding)
    ]


def test_a_moving_tag_is_found() -> None:
    """None at all is ``latest``."""
    assert _tags("redis") == ["library/redis:latest"]
    assert _tags("ghcr.io/org/app:main") == ["org/app:main"]
    assert _tags("python:3") == ["library/python:3"]


def test_a_pinned_one_is_left_alone() -> None:
    """By digest, or by a version in full."""
    assert [_tags(f"redis:7@{DIGEST}"), _tags("redis:7.2.4"), _tags(f"redis@{DIGEST}")] == [[], [], []]


def test_where_and_whose() -> None:
    """The image, at its line; a package's own fact of that name is none."""
    (found,) = Pins().detect(image("redis", where="Dockerfile#L1"))

    assert isinstance(found, Finding)
    assert (found.rule, str(found.subject), found.where.part) == (
        FLOATING,
        "pkg:docker/library/redis",
        "Dockerfile#L1",
    )
    assert list(Pins().detect(python("x", facts={"tag": "main"}))) == []
