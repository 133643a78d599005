"""From events to signs."""

from __future__ import annotations

from typing import Any

import pytest

from yanmen.core.clock import now
from yanmen.core.nouns import Event, Phrase, Ref, Severity
from yanmen.soc.facts import Facts
from yanmen.soc.signs import ATTACKS, call_sign, leak_cause, signs
from yanmen.soc.wording import moment, title
from yanmen.store import Key, Recorded, StoreError

KEY = Key(id="key_1", hash="a" * 64, name="ci", created=1)
GONE = Key(id="key_2", hash="b" * 64, name="old", created=1, revoked=2)
CALLER = Ref(kind="key", id="key_9")


def by_hash(hashed: str) -> Key | None:
    """The two keys there are."""
    return {one.hash: one for one in (KEY, GONE)}.get(hashed)


def recorded(kind: str, data: dict[str, Any], actor: Ref | None = CALLER) -> Recorded:
    """An event as the store answers it."""
    call = Ref(kind="call", id="call_1")
    return Recorded(seq=7, event=Event(id="evt_1", at=now(), kind=kind, actor=actor, subject=call, data=data))


def finding(rule: str, subject: str = "text:0", evidence: str = "seen") -> dict[str, Any]:
    """A finding as events carry it, and a field of tomorrow."""
    return {
        "rule": rule,
        "severity": 3,
        "subject": subject,
        "evidence": evidence,
        "confidence": 1.0,
        "new": 1,
    }


def test_a_leaked_key_in_a_prompt_is_laid_to_the_key_that_leaked() -> None:
    """Not to the caller who wrote it, who may be its victim; the place names the call's maker."""
    (sign,) = signs(
        recorded("call.allowed", {"findings": [finding("key.leaked", "key-hash:" + "a" * 64)]}), by_hash
    )

    assert sign.cause == leak_cause("key_1")
    assert sign.subject == Ref(kind="key", id="key_1")
    assert sign.severity == Severity.CRITICAL
    assert sign.place == "call:key:key_9"
    assert sign.opens == 1


def test_a_leaked_key_that_opens_nothing_any_more_is_low() -> None:
    """It was revoked before it was seen."""
    (sign,) = signs(recorded("leak.sighted", {"hash": "b" * 64, "place": "x", "source": "y"}), by_hash)

    assert sign.severity == Severity.LOW


def test_a_strangers_key_is_no_sign() -> None:
    """Recorded, but nothing of ours."""
    assert signs(recorded("leak.sighted", {"hash": "c" * 64, "key": "", "place": "x"}), by_hash) == ()


def test_attacks_count_only_where_the_door_refused_and_by_whom() -> None:
    """By key, else by address; a text that was only checked for somebody is no attack of his."""
    data = {
        "findings": [finding("prompt.override"), finding("prompt.role-play")],
        "verdict": "block",
        "ip": "::1",
    }
    (by_key,) = signs(recorded("call.refused", data), by_hash)
    (by_ip,) = signs(recorded("call.refused", data, actor=None), by_hash)

    assert by_key.cause == "prompt.campaign/key:key_9"
    assert by_key.opens == ATTACKS
    assert by_ip.cause == "prompt.campaign/ip:::1"
    assert signs(recorded("call.allowed", data | {"verdict": "allow"}), by_hash) == ()
    assert signs(recorded("guard.checked", data), by_hash) == ()


def test_other_refusals_come_together_by_family() -> None:
    """A caller whose answers keep holding secrets."""
    (sign,) = signs(
        recorded("call.stopped", {"findings": [finding("secret.openai-key")], "verdict": "block"}), by_hash
    )

    assert sign.cause == "secret.repeated/key:key_9"
    assert sign.ending == "stopped"


def test_a_failing_detector_is_one_cause_whoever_called() -> None:
    """Also when it failed in a mere check."""
    data = {"findings": [finding("yanmen.detector-failed", "detector:secrets")]}
    causes = {signs(recorded(kind, data), by_hash)[0].cause for kind in ("call.refused", "guard.checked")}

    assert causes == {"yanmen.detector-failed/detector:secrets"}


@pytest.mark.parametrize(("percent", "severity"), [(80, Severity.LOW), (100, Severity.MEDIUM)])
def test_a_budget_that_runs_out_is_told(percent: int, severity: Severity) -> None:
    """Money as money; one cause for each budget and window."""
    data = {"meter": "tenant:acme/money/month/2026-11", "measure": "money", "percent": percent, "used": 4 * 10**9,
            "limit": 5 * 10**9}  # fmt: skip
    (sign,) = signs(recorded("limit.reached", data, None), by_hash)

    assert (sign.cause, sign.severity) == ("budget.used/tenant:acme/money/month/2026-11", severity)
    assert str(sign.subject) == "tenant:acme"
    assert moment(sign) == Phrase(
        en=f"The budget is used to {percent} %: 4 / 5", zh=f"预算已用到 {percent} %: 4 / 5"
    )
    assert "tenant:acme/money/month/2026-11" in title(sign.cause, Facts(subject="tenant:acme")).en


def test_a_gap_in_the_record_is_a_sign() -> None:
    """Whatever it says of itself."""
    (counted,) = signs(
        recorded("store.gap", {"cause": "disk-full", "count": 12, "since": 1_000_000}), by_hash
    )
    (perhaps,) = signs(recorded("store.gap", {"cause": "not-closed", "pid": 7, "since": 1}), by_hash)

    assert (counted.cause, counted.part, counted.severity) == ("store.gap", "gap", Severity.HIGH)
    assert counted.evidence == "disk-full ×12, 1970-01-01T00:00:01.000000Z"
    assert perhaps.severity == Severity.MEDIUM
    assert perhaps.evidence.startswith("not-closed ×?")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("leak.sighted", {}),
        ("store.gap", {"since": 1 << 70}),
        ("call.refused", {"findings": "none"}),
        ("call.refused", {"findings": [{"rule": 5}]}),
        ("call.refused", {"findings": [finding("key.leaked", "nothing")]}),
        ("call.refused", {"findings": [{**finding("prompt.x"), "severity": 99}], "verdict": "block"}),
    ],
)
def test_an_event_that_cannot_be_read_is_itself_a_sign(kind: str, data: dict[str, Any]) -> None:
    """Nothing is silently unexamined, and nothing stops the watch."""
    (sign,) = signs(recorded(kind, data), by_hash)

    assert sign.cause == f"soc.unreadable-event/kind:{kind}"
    assert sign.part == "failure"


def test_evidence_cannot_fool_a_terminal() -> None:
    """Whatever a room let through."""
    data = {"findings": [finding("prompt.override", evidence="\x1b]0;owned\x07")], "verdict": "block"}
    (sign,) = signs(recorded("call.refused", data), by_hash)

    assert "\x1b" not in sign.evidence


def test_a_call_with_a_leaked_key_is_a_use_that_opens_nothing() -> None:
    """It only counts."""
    sign = call_sign(recorded("call.refused", {"ip": "203.0.113.7", "model": "m1"}), "c", CALLER)

    assert (sign.part, sign.ending, sign.opens, sign.ip) == ("use", "refused", 0, "203.0.113.7")


def test_a_store_that_fails_is_no_unreadable_event() -> None:
    """The watch must read the event again, or a leak would be passed over."""

    def broken(_: str) -> Key | None:
        raise StoreError(Phrase(en="the disk is gone", zh="磁盘没有响应"))

    with pytest.raises(StoreError):
        signs(recorded("leak.sighted", {"hash": "a" * 64, "place": "x"}), broken)
