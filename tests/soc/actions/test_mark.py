"""``mark``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yanmen.core.nouns import Ref
from yanmen.soc.actions.mark import Mark
from yanmen.soc.cases import close

if TYPE_CHECKING:
    from tests.soc.actions.conftest import Case

ARGS = {"status": "contained", "note": {"en": "Contained", "zh": "已控制"}}


def test_it_contains_and_opens_again(case: Case) -> None:
    """With a line in the timeline for each, said once."""
    result = Mark(case.context()).do(case.incident, ARGS)
    Mark(case.context()).do(case.incident, ARGS)
    assert case.now().status == "contained"
    assert [moment.text.en for moment in case.now().timeline].count("Contained") == 1

    for _ in range(2):
        Mark(case.context()).undo(result)
    assert case.now().status == "open"
    assert case.now().timeline[-1].text.zh == "事件重新打开：处置已撤销"


def test_what_a_person_closed_stays_closed(case: Case) -> None:
    """A playbook does not overrule him."""
    close(case.store, case.incident.id, actor=Ref(kind="user", id="alice"))

    result = Mark(case.context()).do(case.incident, ARGS)
    assert case.now().status == "closed"
    Mark(case.context()).undo(result)
    assert case.now().status == "closed"


def test_every_line_cites_an_event_that_exists(case: Case) -> None:
    """The change itself is the proof."""
    Mark(case.context()).do(case.incident, ARGS)

    assert all(case.store.events.get(moment.event) for moment in case.now().timeline)
