"""Whatever a file says, the answer is a verdict with a reason: never an exception, and never clean where a part was not read.

The seeds are fixed: a failure comes again. Longer runs, and their cost, are in bench/hostile.py.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from tests.supply.models import hostile

from yanmen.supply.models.examine import look
from yanmen.supply.targets import Artifact, Examined

_REASONS = {
    "too-large", "timed-out", "unsupported", "unreadable", "malformed", "encrypted", "stale", "not-checked",
}  # fmt: skip
ROUNDS = 60


def judged(name: str, data: bytes) -> Examined:
    """A look, and what every one must give."""
    examined = look(Artifact.held(name, data))
    assert {each.reason for each in examined.unexamined} <= _REASONS, examined.unexamined
    assert examined.proof in {"proven_safe", "unsafe", "unknown"}
    assert examined.proof != "proven_safe" or not examined.unexamined
    assert examined.proof == "proven_safe" or examined.unexamined or examined.findings
    return examined


@pytest.mark.parametrize("name", hostile.FORMATS)
def test_a_file_that_lies_is_never_clean(name: str) -> None:
    """One lie each."""
    clean = [how for how, data in hostile.FORMATS[name]() if judged(name, data).proof == "proven_safe"]
    assert not clean


@pytest.mark.parametrize("name", hostile.BENT)
def test_places_that_lead_elsewhere_end_in_an_answer(name: str) -> None:
    """Cycles among them."""
    verdicts = [judged(name, data).proof for _, data in hostile.BENT[name]()]
    assert verdicts.count("proven_safe") < len(verdicts)


@pytest.mark.parametrize("name", hostile.intact())
def test_a_file_that_was_cut_is_never_clean(name: str) -> None:
    """At a hundred places; a protocol buffer may end between its fields, and a tar has only zeros behind its last member."""
    data = hostile.intact()[name]
    assert judged(name, data).proof == "proven_safe"
    places = sorted(
        {*range(1, min(len(data), 40)), *range(40, len(data), max(len(data) // 60, 1)), len(data) - 1}
    )
    clean = [place for place in places if judged(name, data[:place]).proof == "proven_safe"]
    allowed: Callable[[int], bool] = {
        "m.tar": lambda place: not data[place:].strip(b"\0"),
        "m.onnx": lambda place: data[place] in {0x08, 0x12, 0x1A, 0x3A, 0x42},
        "m.pb": lambda place: data[place] in {0x08, 0x12},
    }.get(name, lambda _: False)
    assert not [place for place in clean if not allowed(place)]


@pytest.mark.parametrize("name", hostile.intact())
def test_what_chance_does_to_a_file_ends_in_an_answer(name: str) -> None:
    """Numbers that lie, bytes that changed, parts that are lost or doubled."""
    data, rnd = hostile.intact()[name], random.Random(name)
    for _ in range(ROUNDS):
        judged(name, hostile.damaged(data, rnd))
