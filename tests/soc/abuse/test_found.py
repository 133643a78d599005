"""What was found of callers, and what people say of it."""

from __future__ import annotations

from typing import Any

import pytest

from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref
from yanmen.soc.abuse.found import found, label
from yanmen.store import Store

PERSON = Ref(kind="user", id="ann")


def tell(store: Store, key: str, evidence: str) -> None:
    """A finding about a key."""
    finding: dict[str, Any] = {
        "rule": "abuse.unlike-itself",
        "severity": 2,
        "subject": f"key:{key}",
        "confidence": 0.6,
        "evidence": evidence,
    }
    subject = Ref(kind="key", id=key)
    data = {"findings": [finding], "ip": "192.0.2.1", "call": "call:c"}
    store.append(Event(id=new_id("evt"), at=now(), kind="abuse.found", subject=subject, data=data)).result(30)


def test_findings_are_listed_with_what_moved_in_words(store: Store) -> None:
    """The newest first; with what a person said last."""
    tell(store, "key_1", "calls 412 (3..30, +6.2)")
    tell(store, "key_2", "hour 0.2% (1.0%..9.0%, +3.1)")
    label(store, "key:key_1", "abuse", "", actor=PERSON)
    label(store, "key:key_1", "expected", "a test of ours", actor=PERSON)

    second, first = found(store)
    assert (str(first.subject), first.label, second.label) == ("key:key_1", "expected", "")
    assert first.evidence.en == "calls in 15 min: 412 (usually 3 to 30, +6.2 deviations)"
    assert first.evidence.zh == "15 分钟调用数：412（通常 3 至 30，偏离 +6.2 个标准差）"
    assert len(found(store, 1)) == 1


@pytest.mark.parametrize("subject", ["user:bob", "nobody", "key:"])
def test_only_callers_are_labelled(store: Store, subject: str) -> None:
    """Said in words; nothing is written."""
    with pytest.raises(YanmenError, match="no caller"):
        label(store, subject, "abuse", "", actor=PERSON)
    assert not store.events.after(0, 10, ("abuse.",))
