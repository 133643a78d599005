"""The nouns of the house."""

from __future__ import annotations

from functools import reduce

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.clock import SECOND
from yanmen.core.nouns import (
    FOREVER,
    Decision,
    Event,
    Finding,
    Incident,
    Moment,
    Phrase,
    Reason,
    Ref,
    Rule,
    Severity,
    Text,
    Unexamined,
    Verdict,
    Where,
    finding_data,
)

RULE = Rule(
    id="key.leaked",
    title=Phrase(en="A key was seen in the open", zh="密钥已泄露"),
    severity=Severity.CRITICAL,
    fix=Phrase(en="Rotate the key.", zh="请轮换密钥。"),
    tags=("cwe:798",),
)
KEY = Ref(kind="key", id="key_01")
words = st.text(alphabet="abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12)
verdicts = st.sampled_from(Verdict)


def _finding(evidence: str = "ym_a…(41)", subject: Ref = KEY, start: int = 0) -> Finding:
    where = Where(part="/messages/0/content", start=start, end=start + 41)
    return Finding(rule=RULE, subject=subject, confidence=1.0, evidence=evidence, where=where)


def test_verdicts_are_ordered_from_mild_to_strict() -> None:
    """Allow, redact, challenge, block: a join is a maximum."""
    assert sorted(Verdict) == [Verdict.ALLOW, Verdict.REDACT, Verdict.CHALLENGE, Verdict.BLOCK]
    assert [verdict.word for verdict in Verdict] == ["allow", "redact", "challenge", "block"]


@given(st.lists(verdicts, min_size=1), verdicts)
def test_one_more_verdict_never_loosens_a_join(found: list[Verdict], another: Verdict) -> None:
    """The join is monotone, and the order of findings does not matter."""
    joined = reduce(max, found)

    assert reduce(max, [*found, another]) >= joined
    assert reduce(max, reversed(found)) == joined


def test_severities_are_ordered() -> None:
    """From info to critical."""
    assert [severity.word for severity in sorted(Severity)] == ["info", "low", "medium", "high", "critical"]


@given(words, st.text(min_size=1, max_size=30))
def test_a_ref_reads_back_as_it_was_written(kind: str, name: str) -> None:
    """The kind ends at the first colon; the id may hold more of them."""
    ref = Ref(kind=kind, id=name)

    assert Ref.parse(str(ref)) == ref


@pytest.mark.parametrize("text", ["", "key", "key:", ":id", ":"])
def test_what_names_nothing_is_no_ref(text: str) -> None:
    """Both halves must be there."""
    with pytest.raises(ValueError, match="not of the form kind:id"):
        Ref.parse(text)


def test_an_id_may_hold_colons() -> None:
    """As addresses of IPv6 do."""
    assert Ref.parse("ip:2001:db8::1") == Ref(kind="ip", id="2001:db8::1")


def test_nouns_cannot_be_changed() -> None:
    """They are shared by rooms and threads."""
    with pytest.raises(AttributeError):
        KEY.id = "other"  # type: ignore[misc]


def test_a_noun_with_an_unknown_field_is_refused() -> None:
    """What the store or the wire holds is what is known here, or an error."""
    with pytest.raises(msgspec.ValidationError, match="unknown field `extra`"):
        msgspec.convert({"kind": "key", "id": "k", "extra": 1}, Ref)


def test_a_phrase_is_said_in_chinese_or_else_in_english() -> None:
    """Any other language reads English."""
    phrase = Phrase(en="pass", zh="关")

    assert (phrase.say("zh"), phrase.say("en"), phrase.say("de")) == ("关", "pass", "pass")


def test_a_fingerprint_is_stable_for_ever() -> None:
    """Waivers name fingerprints: this value may never change."""
    assert _finding().fingerprint == "faa83a84f13c1c56"


def test_the_same_claim_at_another_place_has_the_same_fingerprint() -> None:
    """A place is no part of a claim; its evidence and subject are."""
    assert _finding(start=0).fingerprint == _finding(start=99).fingerprint
    assert _finding().fingerprint != _finding(evidence="ym_b…(41)").fingerprint
    assert _finding().fingerprint != _finding(subject=Ref(kind="key", id="key_02")).fingerprint


@given(st.text(), st.text())
def test_fingerprints_of_different_evidence_differ(one: str, other: str) -> None:
    """Whatever the evidence holds, lone surrogates included."""
    assert (_finding(one).fingerprint == _finding(other).fingerprint) == (one == other)


def test_finding_data_is_flat_and_plain() -> None:
    """The form that events carry."""
    assert finding_data(_finding(start=3)) == {
        "rule": "key.leaked",
        "severity": 4,
        "subject": "key:key_01",
        "confidence": 1.0,
        "evidence": "ym_a…(41)",
        "part": "/messages/0/content",
        "start": 3,
        "end": 44,
        "fingerprint": "faa83a84f13c1c56",
    }


def test_a_decision_ends_when_it_has_lasted() -> None:
    """Seconds after its beginning, in microseconds."""
    decision = Decision(id="dec_1", at=5 * SECOND, subject=KEY, verdict=Verdict.BLOCK, lasts=60)

    assert decision.until == 65 * SECOND


def test_a_decision_without_end_still_fits_the_store() -> None:
    """64 signed bits hold its end."""
    decision = Decision(
        id="dec_1", at=4_000_000_000 * SECOND, subject=KEY, verdict=Verdict.BLOCK, lasts=FOREVER
    )

    assert decision.until < 1 << 63


@pytest.mark.parametrize(
    "noun",
    [
        KEY,
        RULE,
        _finding(),
        Unexamined(subject=KEY, reason="too-large", where=Where(part="/a", start=1, end=2)),
        Event(
            id="evt_1", at=1, kind="call.refused", actor=KEY, subject=KEY, data={"status": 403, "x": [None]}
        ),
        Decision(
            id="dec_1",
            at=1,
            subject=KEY,
            verdict=Verdict.REDACT,
            because=(Reason(rule="key.leaked", by="leaks"),),
            terms={"redact": [{"part": "/a", "start": 0, "end": 3, "with": "[redacted]"}]},
        ),
        Incident(
            id="inc_1",
            opened=1,
            status="open",
            severity=Severity.HIGH,
            cause="key.leaked/key:key_01",
            title=RULE.title,
            members=(KEY,),
            timeline=(Moment(at=1, event="evt_1", text=RULE.title),),
        ),
        Text(text="雁门", role="user", trust="user", part="/messages/0/content"),
    ],
)
def test_every_noun_survives_json(noun: msgspec.Struct) -> None:
    """Out to plain values, through JSON, and back to an equal noun."""
    plain = msgspec.json.decode(msgspec.json.encode(msgspec.to_builtins(noun)))

    assert msgspec.convert(plain, type(noun)) == noun


@pytest.mark.parametrize("severity", list(Severity))
def test_every_severity_is_said_in_both_languages(severity: Severity) -> None:
    """English says its word; Chinese another."""
    assert severity.say("en") == severity.word
    assert severity.say("zh") not in {"", severity.word}
