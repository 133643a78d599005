"""``yanmen explain``, on a real store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from yanmen.cli.explain import command
from yanmen.core.clock import SECOND, now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Decision, Event, Reason, Ref, Verdict
from yanmen.store import Store

CALL = Ref(kind="call", id="call_1")


def event(kind: str, at: int = 0, subject: Ref = CALL, **data: Any) -> Event:
    """An event of now unless told otherwise."""
    return Event(
        id=new_id("evt"),
        at=at or now(),
        kind=kind,
        actor=Ref(kind="user", id="bob"),
        subject=subject,
        data=data,
    )


def explained(folder: Path, decision: str, *words: str) -> str:
    """The command's answer."""
    said = CliRunner().invoke(command, [decision, "--data", str(folder), *words], catch_exceptions=False)
    assert said.exit_code == 0
    return said.output


@pytest.fixture
def block() -> Decision:
    """A refused call."""
    reason = Reason(
        rule="yanmen.detector-failed", by="detector-failed", note="secrets: ValueError", fingerprint="f"
    )
    return Decision(
        id=new_id("dec"), at=now(), subject=CALL, verdict=Verdict.BLOCK, because=(reason,), policy="rev1"
    )


def test_a_refusal_is_explained_from_the_record(tmp_path: Path, block: Decision) -> None:
    """With the catalogue's fix, and the revision in force now."""
    with Store.open(tmp_path / "data") as store:
        store.append(
            event("policy.loaded", revision="rev0"),
            event("policy.loaded", revision="rev2"),
            event("call.refused", decision=msgspec.to_builtins(block)),
        ).result(10)

    english = explained(tmp_path / "data", block.id, "--language", "en")
    chinese = explained(tmp_path / "data", block.id, "--language", "zh")

    for said in (
        "rev1",
        "rev2",
        "detector-failed",
        "secrets: ValueError",
        "blocked",
        "Treat the target as not judged",
    ):
        assert said in english
    assert "已拦截" in chinese
    assert "请将该对象视为未经判定" in chinese


def test_a_lifted_ban_says_who_lifted_it(tmp_path: Path) -> None:
    """And why."""
    ban = Decision(
        id=new_id("dec"), at=now(), subject=Ref(kind="key", id="k"), verdict=Verdict.BLOCK, lasts=3600
    )
    with Store.open(tmp_path / "data") as store:
        store.append(event("decision.made", subject=ban.subject, decision=msgspec.to_builtins(ban))).result(
            10
        )
        assert "It stands until" in explained(tmp_path / "data", ban.id)
        store.append(event("decision.lifted", subject=ban.subject, decision=ban.id, reason="mistake")).result(
            10
        )

    assert "user:bob: mistake" in explained(tmp_path / "data", ban.id)
    as_json = json.loads(explained(tmp_path / "data", ban.id, "--json"))
    assert (as_json["state"], as_json["lifted_reason"]) == ("lifted", "mistake")


def test_a_plain_allow_is_found_by_its_call(tmp_path: Path) -> None:
    """Among other calls, older ones too."""
    wanted = new_id("dec")
    long_ago = now() - 3_000 * SECOND
    with Store.open(tmp_path / "data") as store:
        for number in range(40):
            store.append_soon(
                event("call.allowed", long_ago + number, decision_id=new_id("dec"), verdict="allow")
            )
        store.append_soon(
            event("call.allowed", decision_id=wanted, verdict="allow", key="key_7", policy="rev3")
        )
        store.append_soon(event("call.allowed", decision_id=new_id("dec"), verdict="allow"))
        store.flush()

    said = explained(tmp_path / "data", wanted)

    for expected in ("allowed", "key:key_7", "rev3", "Nothing was found"):
        assert expected in said


def test_a_call_is_explained_by_its_own_id_and_its_event(tmp_path: Path, block: Decision) -> None:
    """What clients see of a plain allow is the call's id, in ``x-request-id``."""
    other = Ref(kind="call", id="call_2")
    refused = event("call.refused", decision=msgspec.to_builtins(block))
    with Store.open(tmp_path / "data") as store:
        store.append(event("call.allowed", subject=other, verdict="allow", status=200), refused).result(10)

    assert "Nothing was found" in explained(tmp_path / "data", "call_2")
    for name in ("call_1", refused.id):
        assert block.id in explained(tmp_path / "data", name)


@pytest.mark.parametrize(
    "unknown", ["call_nonsense", "evt_nonsense", "dec_nonsense", "nonsense", new_id("dec")]
)
def test_an_unknown_decision_is_told(tmp_path: Path, unknown: str) -> None:
    """Whether it looks like an id or not; and no store is made of a mistyped folder."""
    Store.open(tmp_path / "data").close()

    with pytest.raises(YanmenError, match="no decision") as wrong:
        explained(tmp_path / "data", unknown)
    assert wrong.value.hint.en
    with pytest.raises(YanmenError, match="is no store"):
        explained(tmp_path / "nowhere", unknown)
    assert not (tmp_path / "nowhere").exists()


def test_the_event_of_a_lifting_tells_the_decision_that_was_lifted(tmp_path: Path) -> None:
    """Its data names the decision and does not hold it."""
    ban = Decision(
        id=new_id("dec"), at=now(), subject=Ref(kind="user", id="u"), verdict=Verdict.BLOCK, lasts=60
    )
    lifted = event("decision.lifted", subject=ban.subject, decision=ban.id, reason="mistake")
    with Store.open(tmp_path / "data") as store:
        made = event("decision.made", subject=ban.subject, decision=msgspec.to_builtins(ban))
        store.append(made, lifted).result(10)

    assert "mistake" in explained(tmp_path / "data", lifted.id)


def test_an_event_that_judged_nothing_is_not_called_clean(tmp_path: Path) -> None:
    """A refused login is no allowed call; an incident has a command of its own."""
    login = event("login.refused")
    with Store.open(tmp_path / "data") as store:
        store.append(login).result(10)

    with pytest.raises(YanmenError, match=r"of the kind login\.refused"):
        explained(tmp_path / "data", login.id)
    with pytest.raises(YanmenError) as wrong:
        explained(tmp_path / "data", "inc_1")
    assert "incidents show" in wrong.value.hint.en
    with pytest.raises(YanmenError, match=r"\\u001b"):
        explained(tmp_path / "data", "\x1b[31m")


def test_a_check_by_the_api_is_explained_by_its_id(tmp_path: Path, block: Decision) -> None:
    """Of several texts the one that was judged most strictly."""
    check = Ref(kind="check", id="chk_1")
    refused = event("guard.checked", subject=check, verdict="block", decision=msgspec.to_builtins(block))
    clean = event("guard.checked", subject=check, verdict="allow", part="/texts/1")
    with Store.open(tmp_path / "data") as store:
        store.append(refused, clean).result(10)

    assert block.id in explained(tmp_path / "data", "chk_1")
