"""Bans and waivers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.clock import SECOND
from yanmen.core.nouns import FOREVER, Decision, Finding, Ref, Unexamined, Verdict
from yanmen.policy import Situation, Standing
from yanmen.policy.standing import identity, parse_address, waives

NOW = 1_000_000_000_000_000
KEY = Ref(kind="key", id="key_1")


def waiver(
    subject: str = "key:key_1", *, lasts: int = 60, verdict: Verdict = Verdict.ALLOW, **terms: Any
) -> Decision:
    """A valid waiver of prompt.* unless told otherwise."""
    said = {"rule": "prompt.*", "owner": "alice", "reason": "training", **terms}
    kept = {name: value for name, value in said.items() if value is not None}
    return Decision(
        id="dec_w", at=NOW, subject=Ref.parse(subject), verdict=verdict, lasts=lasts, terms={"waives": kept}
    )


def test_a_banned_key_is_refused_until_the_ban_ends(ban: Callable[..., Decision]) -> None:
    """To the microsecond."""
    standing = Standing([ban(lasts=60)])

    assert standing.refusal([KEY], NOW) is not None
    assert standing.refusal([KEY], NOW + 60 * SECOND - 1) is not None
    assert standing.refusal([KEY], NOW + 60 * SECOND) is None
    assert standing.refusal([Ref(kind="key", id="key_2")], NOW) is None


@pytest.mark.parametrize("change", [{"lasts": 0}, {"shadow": True}, {"verdict": Verdict.REDACT}])
def test_what_is_no_ban_refuses_nothing(ban: Callable[..., Decision], change: dict[str, Any]) -> None:
    """A decision on one call, one in shadow, one that only redacts."""
    assert Standing([ban(**change)]).refusal([KEY], NOW) is None


def test_the_strictest_and_longest_ban_answers(ban: Callable[..., Decision]) -> None:
    """Whatever their order."""
    several = [
        ban(name="challenge", verdict=Verdict.CHALLENGE, lasts=FOREVER),
        ban(name="short", lasts=10),
        ban("tenant:default", name="long", lasts=100),
    ]
    subjects = [KEY, Ref(kind="tenant", id="default")]

    for order in (several, several[::-1]):
        found = Standing(order).refusal(subjects, NOW)
        assert found is not None
        assert found.id == "long"
    after = Standing(several).refusal(subjects, NOW + 200 * SECOND)
    assert after is not None
    assert after.verdict is Verdict.CHALLENGE


def test_many_bans_of_one_subject_are_kept_as_few(ban: Callable[..., Decision]) -> None:
    """One that is outdone by another in strictness and length never answers, so it is not kept."""
    several = [ban(lasts=number, name=f"dec_{number}") for number in (5, 9, 7, 9, 1)]
    several.append(ban(verdict=Verdict.CHALLENGE, lasts=20, name="longer"))

    standing = Standing(several)

    assert [decision.id for decision in standing._bans[KEY]] == ["dec_9", "longer"]


def test_a_ban_of_everybody_refuses_everybody(ban: Callable[..., Decision]) -> None:
    """The emergency stop, even for calls without a known subject."""
    assert Standing([ban("all:*")]).refusal([], NOW) is not None


@pytest.mark.parametrize(
    ("banned", "address", "expected"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.0/24", "203.0.113.255", True),
        ("203.0.113.77/24", "203.0.113.1", True),
        ("203.0.113.0/24", "203.0.114.1", False),
        ("203.0.113.0/24", "::ffff:203.0.113.9", True),
        ("::ffff:203.0.113.0/120", "203.0.113.9", True),
        ("0.0.0.0/0", "198.51.100.1", True),
        ("0.0.0.0/0", "2001:db8::1", False),
        ("2001:db8::/32", "2001:DB8:0:0::1", True),
        ("2001:db8::/32", "2001:db9::1", False),
        ("2001:db8::1", "2001:db8:0:0:0:0:0:1", True),
        ("fe80::1", "fe80::1%eth0", True),
        ("not-an-address", "not-an-address", True),
        ("203.0.113.0/99", "203.0.113.1", False),
    ],
)
def test_an_address_is_covered_by_its_network(
    ban: Callable[..., Decision], banned: str, address: str, *, expected: bool
) -> None:
    """However it is written."""
    refusal = Standing([ban(f"ip:{banned}")]).refusal([Ref(kind="ip", id=address)], NOW)

    assert (refusal is not None) is expected


@given(st.ip_addresses(v=4), st.integers(0, 32), st.ip_addresses(v=4))
def test_networks_agree_with_the_standard_library(network: Any, prefix: int, address: Any) -> None:
    """The fast lookup says what ``ipaddress`` says."""
    from ipaddress import ip_network  # noqa: PLC0415  # only the oracle needs it

    oracle = address in ip_network(f"{network}/{prefix}", strict=False)
    decision = Decision(
        id="d", at=NOW, subject=Ref(kind="ip", id=f"{network}/{prefix}"), verdict=Verdict.BLOCK, lasts=60
    )

    refusal = Standing([decision]).refusal([Ref(kind="ip", id=str(address))], NOW)

    assert (refusal is not None) is oracle


@given(st.text(max_size=60))
def test_no_text_breaks_the_address_parser(text: str) -> None:
    """An address comes from a header at worst."""
    parse_address(text)
    Standing(
        [Decision(id="d", at=NOW, subject=Ref(kind="ip", id=text), verdict=Verdict.BLOCK, lasts=60)]
    ).refusal([Ref(kind="ip", id=text)], NOW)


def test_a_waiver_removes_what_it_names_for_whom_it_names(
    finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """Rule pattern, subject and time must all fit."""
    standing = Standing([waiver()])

    assert standing.waived(finding("prompt.x"), situation()) is not None
    assert standing.waived(finding("secret.x"), situation()) is None
    assert standing.waived(finding("prompt.x"), situation(subjects=())) is None
    assert standing.waived(finding("prompt.x"), situation(at=NOW + 60 * SECOND)) is None


@pytest.mark.parametrize("subject", ["tenant:default", "all:*", "call:call_1", "key:key_1"])
def test_a_waiver_may_hold_for_a_tenant_or_everybody(
    finding: Callable[..., Finding], situation: Callable[..., Situation], subject: str
) -> None:
    """The tenant counts even where it is not among the subjects."""
    assert Standing([waiver(subject)]).waived(finding(), situation(subjects=(KEY,))) is not None


def test_a_waiver_of_one_fingerprint_spares_nothing_else(
    finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """The same rule with other evidence is still judged; ``also`` names further ones."""
    known, other, third = finding(evidence="a"), finding(evidence="b"), finding("secret.y", evidence="c")
    also = [{"rule": "secret.y", "fingerprint": third.fingerprint}]

    for pattern in ("prompt.x", "prompt.*"):
        standing = Standing([waiver(rule=pattern, fingerprint=known.fingerprint, also=also)])
        assert standing.waived(known, situation()) is not None
        assert standing.waived(other, situation()) is None
        assert standing.waived(third, situation()) is not None


def test_a_waiver_covers_a_failed_detector_only_by_its_name(
    finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """``*`` is not meant for it, nor for what could not be judged."""
    failed = finding("yanmen.detector-failed")
    unread = Unexamined(subject=Ref(kind="text", id="t"), reason="too-large")

    for pattern in ("*", "yanmen.*", "yanmen.detector-faile?"):
        assert Standing([waiver(rule=pattern)]).waived(failed, situation()) is None
        assert Standing([waiver(rule=pattern)]).waived(unread, situation()) is None
    assert Standing([waiver(rule="yanmen.detector-failed")]).waived(failed, situation()) is not None
    assert (
        Standing([waiver(rule="unexamined", fingerprint="too-large")]).waived(unread, situation()) is not None
    )
    assert Standing([waiver(rule="unexamined", fingerprint="timed-out")]).waived(unread, situation()) is None


@pytest.mark.parametrize(
    "invalid",
    [
        waiver(owner=None),
        waiver(owner=""),
        waiver(reason=None),
        waiver(rule=None),
        waiver(lasts=0),
        waiver(lasts=FOREVER),
        waiver(verdict=Verdict.BLOCK),
        msgspec.structs.replace(waiver(), shadow=True),
        msgspec.structs.replace(waiver(), terms={}),
        msgspec.structs.replace(waiver(), terms={"waives": "prompt.*"}),
    ],
)
def test_an_exception_without_owner_reason_or_end_is_none(
    finding: Callable[..., Finding], situation: Callable[..., Situation], invalid: Decision
) -> None:
    """It removes nothing."""
    assert waives(invalid) == ()
    assert Standing([invalid]).waived(finding(), situation()) is None


def test_identity_is_rule_and_fingerprint(finding: Callable[..., Finding]) -> None:
    """Of the unexamined: its reason."""
    found = finding()

    assert identity(found) == ("prompt.x", found.fingerprint)
    assert identity(Unexamined(subject=KEY, reason="timed-out")) == ("unexamined", "timed-out")
