"""``notify``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yanmen.soc.actions.notify import Notify

if TYPE_CHECKING:
    from tests.soc.actions.conftest import Case

ARGS = {"text": {"en": "A key leaked", "zh": "密钥泄露"}}


def test_a_notice_is_queued_once_and_its_undo_is_a_second_notice(case: Case) -> None:
    """Nothing is sent here; nothing waits."""
    result = Notify(case.context()).do(case.incident, ARGS)
    assert Notify(case.context()).do(case.incident, ARGS) == result
    undone = Notify(case.context(actor="user:alice")).undo(result)
    assert Notify(case.context(actor="user:alice")).undo(result) == undone

    queued = [one.event for one in case.store.events.after(0, kinds=("notice.",))]
    assert [event.data["body"]["kind"] for event in queued] == ["incident.response", "incident.undone"]
    assert [event.data["body"]["notice"] for event in queued] == [result["notice"], undone["notice"]]
    assert queued[0].data["body"]["text"] == ARGS["text"]
    assert queued[0].data["body"]["incident"]["severity"] == "critical"
    assert "user:alice" in queued[1].data["body"]["text"]["en"]
