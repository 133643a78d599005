"""Results that are kept."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from yanmen.supply import kept, studies
from yanmen.supply.kept import Kept, revision
from yanmen.supply.report import Result
from yanmen.supply.studies import Unit
from yanmen.supply.walk import unexamined


def test_what_is_kept_is_not_looked_at_again(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the file, or the code that judges, is another."""
    unit = Unit("model", project / "models" / "good.pkl", "good.pkl")
    store = Kept(tmp_path / "cache")
    (first,) = store.over([unit], 1)
    seen: list[Unit] = []

    def study(unit: Unit, _known: str = "") -> Result:
        seen.append(unit)
        return first

    monkeypatch.setattr(studies, "study", study)
    assert list(store.over([unit], 1)) == [first]
    assert not seen
    monkeypatch.setattr(kept, "revision", lambda: "another")
    list(store.over([unit], 1))
    assert seen == [unit]
    assert len(revision()) == 64


def test_a_kept_result_that_is_broken_is_looked_at_again(project: Path, tmp_path: Path) -> None:
    """A file that a kill or a stranger left half is no result."""
    unit = Unit("model", project / "models" / "evil.pkl", "evil.pkl")
    store = Kept(tmp_path / "cache")
    (first,) = store.over([unit], 1)
    (place,) = (tmp_path / "cache").rglob("*.json")
    place.write_bytes(b'{"path": "x", "kind": "mod')

    assert list(store.over([unit], 1)) == [first]


def _dies(unit: Unit) -> Result:
    if unit.name == "evil.pkl":
        os._exit(9)
    return Result(path=unit.name, kind="model", proof="proven_safe")


class Dies(Kept):
    """Its process dies over one file."""

    def _one(self, unit: Unit) -> Result:
        return _dies(unit)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_file_that_takes_its_process_down_could_not_be_judged(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no other is lost."""
    forked = get_context("fork")  # a spawned process could not import this file
    monkeypatch.setattr(kept, "_pool", lambda jobs: ProcessPoolExecutor(jobs, mp_context=forked))
    units = [Unit("model", project / "models" / name, name) for name in ("good.pkl", "evil.pkl", "good.pkl")]
    found = list(Dies(None).over(units, 2))

    assert [one.proof for one in found] == ["proven_safe", "unknown", "proven_safe"]
    assert found[1].unexamined[0].reason == "crashed"


def test_what_could_not_be_judged_in_time_is_looked_at_again(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not kept, nor is what could not be read."""
    unit = Unit("model", project / "models" / "good.pkl", "good.pkl")
    late = Result(
        path="good.pkl", kind="model", proof="unknown", unexamined=(unexamined("good.pkl", "timed-out"),)
    )
    store = Kept(tmp_path / "cache")
    with monkeypatch.context() as patched:
        patched.setattr(studies, "study", lambda *_: late)
        assert list(store.over([unit], 1)) == [late]

    assert [one.proof for one in store.over([unit], 1)] == ["proven_safe"]
