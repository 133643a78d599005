"""What is in force, from events."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from yanmen.core.ids import new_id
from yanmen.core.nouns import Event
from yanmen.policy import Reloader
from yanmen.policy.status import status_of

GOOD = 'rules:\n  - id: a\n    when: {rule: "x.*"}\n    then: block\n'
BAD = GOOD.replace("then", "than")


def test_a_refused_file_is_known_since_its_first_refusal_with_what_is_wrong_now(
    written: Callable[..., Path],
) -> None:
    """It may be saved badly several times; what was loaded before stays in force, and other events say nothing."""
    told: list[Event] = []
    times = iter(range(1, 100))
    file = written(GOOD)
    reloader = Reloader([file], told.append, clock=lambda: next(times))
    written(BAD)
    reloader.poll()
    written("rules: [\n")
    reloader.poll()
    told.insert(1, Event(id=new_id("evt"), at=9, kind="key.created"))

    status = status_of(told)

    assert status is not None
    assert (status.revision, status.since, status.files) == (reloader.policy.revision, 1, (str(file),))
    assert status.refused is not None
    assert (status.refused.since, status.refused.where) == (2, f"{file}:3")
    assert status.refused.message.en
    assert status.refused.message.zh
    assert status_of(told[2:]) == msgspec.structs.replace(status, since=2)


def test_a_mended_file_is_refused_no_longer(written: Callable[..., Path]) -> None:
    """Whether it says what it said before or something new, of which a new time counts."""
    told: list[Event] = []
    times = iter(range(1, 100))
    reloader = Reloader([written(GOOD)], told.append, clock=lambda: next(times))
    for text, since in ((GOOD, 1), (GOOD.replace("block", "challenge"), 5)):
        written(BAD)
        reloader.poll()
        written(text)
        reloader.poll()

        status = status_of(told)

        assert status is not None
        assert (status.revision, status.since, status.refused) == (reloader.policy.revision, since, None)


def test_nothing_loaded_is_no_status() -> None:
    """An empty record."""
    assert status_of([]) is None
