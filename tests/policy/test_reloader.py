"""Hot reload."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Event
from yanmen.policy import Reloader

GOOD = 'rules:\n  - id: a\n    when: {rule: "x.*"}\n    then: block\n'
BETTER = GOOD.replace("block", "challenge")


def test_a_changed_file_is_taken_and_told(written: Callable[..., Path]) -> None:
    """Once; an unchanged file costs a stat."""
    told: list[Event] = []
    file = written(GOOD)
    reloader = Reloader([file], told.append, clock=lambda: 7)
    before = reloader.policy.revision

    assert not reloader.poll()
    written(BETTER)
    assert reloader.poll()
    assert not reloader.poll()

    assert reloader.policy.revision != before
    assert [event.kind for event in told] == ["policy.loaded", "policy.loaded"]
    assert told[1].data == {"revision": reloader.policy.revision, "before": before, "files": [str(file)]}
    assert told[1].at == 7


@pytest.mark.parametrize(
    ("bad", "line"),
    [
        (GOOD.replace("then", "than"), 5),
        ("rules: [\n", 3),
        (GOOD + "tests:\n  - {given: {rule: x.y}, expect: allow}\n", 7),
    ],
)
def test_a_bad_file_is_refused_and_the_old_policy_stays(
    written: Callable[..., Path], bad: str, line: int
) -> None:
    """Wrong names, bad syntax, failing tests; told once with file and line; mended, it is taken."""
    told: list[Event] = []
    file = written(GOOD)
    reloader = Reloader([file], told.append)
    kept = reloader.policy

    written(bad)
    assert not reloader.poll()
    assert not reloader.poll()

    assert reloader.policy is kept
    assert reloader.refused is not None
    assert [event.kind for event in told] == ["policy.loaded", "policy.refused"]
    assert told[1].data["where"] == f"{file}:{line}"
    assert told[1].data["kept"] == kept.revision
    written(BETTER)
    assert reloader.poll()
    assert reloader.refused is None


def test_a_file_that_vanishes_is_refused(written: Callable[..., Path]) -> None:
    """An editor may replace it in two steps. That it is back is told, though the policy is the same."""
    told: list[Event] = []
    file = written(GOOD)
    reloader = Reloader([file], told.append)
    file.unlink()

    assert not reloader.poll()
    assert reloader.refused is not None
    written(GOOD)
    assert not reloader.poll()
    assert [event.kind for event in told] == ["policy.loaded", "policy.refused", "policy.loaded"]
    assert reloader.refused is None


def test_a_file_replaced_by_one_of_the_same_size_and_time_is_noticed(
    written: Callable[..., Path], tmp_path: Path
) -> None:
    """By its inode."""
    file = written(GOOD)
    reloader = Reloader([file])
    stat = file.stat()
    other = written(GOOD.replace("x.*", "y.*"), "other.yaml")
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.replace(file)

    assert reloader.poll()


def test_a_bad_file_at_start_is_an_error(tmp_path: Path) -> None:
    """There is no old policy to keep."""
    with pytest.raises(YanmenError):
        Reloader([tmp_path / "missing.yaml"])


def test_the_built_in_policy_needs_no_file() -> None:
    """And never changes."""
    told: list[Event] = []
    reloader = Reloader((), told.append)

    assert not reloader.poll()
    assert told[0].data["files"] == ["built-in"]
