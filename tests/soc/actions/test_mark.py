"""``mark``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from yanmen.core.nouns import Ref
from yanmen.soc.actions.mark import Mark
from yanmen.soc.cases import close

if TYPE_CHECKING:
    from tests.soc.actions.conftest import Case

ARGS = {"status": "contained", "note": {"en": "Contained", "zh": "已控制"}}


def test_it_contains_and_opens_again(case: Case) -> None:
    """Saying so; twice is once."""
    result = Mark(case.context()).do(case.incident, ARGS)
    assert Mark(case.context()).do(case.incident, ARGS) == result
    assert case.now().status == "contained"
    assert result["said"] == ARGS["note"]

    undone = Mark(case.context()).undo(result)
    assert Mark(case.context()).undo(result) == undone
    assert case.now().status == "open"
    assert undone["said"]["zh"] == "事件重新打开：处置已撤销"


def test_what_a_person_closed_stays_closed(case: Case) -> None:
    """A playbook does not overrule him, and says so."""
    close(case.store, case.incident.id, actor=Ref(kind="user", id="alice"))

    result = Mark(case.context()).do(case.incident, ARGS)
    assert case.now().status == "closed"
    assert "stays closed" in result["said"]["en"]
    assert "stays closed" in Mark(case.context()).undo(result)["said"]["en"]
    assert case.now().status == "closed"


def test_it_changes_nothing_but_the_status(case: Case) -> None:
    """The line is written by whoever runs the step, together with the word that it was done."""
    Mark(case.context()).do(case.incident, ARGS)

    assert msgspec.structs.replace(case.now(), status="open") == case.incident
