"""Modes: they only make stricter, they say where they are wrong, and what they refuse by a call's head."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Finding, Phrase, Ref, Rule, Severity, Unexamined, Verdict, Where
from yanmen.policy import Policy, Situation, Standing
from yanmen.policy.modes import Mode, load, modes, seconds
from yanmen.policy.trials import run

HEAD = "version: 1\nmode: mine\nlevel: 4\ntitle: {en: Mine, zh: 我的}\nabout: {en: A test., zh: 测试。}\n"


def _mode(folder: Path, more: str, head: str = HEAD) -> Mode:
    file = folder / "mine.yaml"
    file.write_text(head + more, "utf-8")
    return load(file)


def test_the_built_in_modes_pass_their_own_tests_over_the_built_in_policy() -> None:
    """And are in order of strictness."""
    policy = Policy.load()
    found = modes()

    assert list(found) == ["major-event", "under-attack"]
    for mode in found.values():
        trial = run(policy.under(mode))
        assert trial.count > 3
        assert trial.failures == ()


_RULES = st.sampled_from(
    [
        "prompt.attack-override",
        "prompt.x",
        "answer.y",
        "content.z",
        "secret.s",
        "personal.phone",
        "abuse.a",
        "text.hidden-b",
        "q.r",
    ]
)
_CLAIMS = st.one_of(
    st.builds(
        lambda rule, severity, confidence, span: Finding(
            rule=Rule(
                id=rule, title=Phrase(en="", zh=""), severity=severity, fix=Phrase(en="", zh=""), tags=()
            ),
            subject=Ref(kind="text", id="t"),
            confidence=confidence,
            evidence="e",
            where=Where(part="/messages/0/content", start=0, end=span),
        ),
        _RULES,
        st.sampled_from(list(Severity)),
        st.floats(0, 1),
        st.sampled_from([0, 5]),
    ),
    st.builds(
        lambda reason: Unexamined(subject=Ref(kind="text", id="t"), reason=reason),
        st.sampled_from(["late", "too-large"]),
    ),
)


@given(
    claims=st.lists(_CLAIMS, min_size=1, max_size=4),
    direction=st.sampled_from(["in", "out"]),
    name=st.sampled_from(list(modes())),
)
def test_a_mode_never_loosens(claims: list[Finding | Unexamined], direction: str, name: str) -> None:
    """Whatever is found: the verdict with a mode laid over is at least the verdict without, and no redaction is lost."""
    policy, standing = Policy.load(), Standing()
    findings = [one for one in claims if isinstance(one, Finding)]
    unexamined = [one for one in claims if isinstance(one, Unexamined)]
    situation = Situation(at=1, subject=Ref(kind="call", id="c"), direction=direction)  # type: ignore[arg-type]

    before = policy.judge(findings, unexamined, situation, standing).decision
    after = policy.under(modes()[name]).judge(findings, unexamined, situation, standing).decision

    assert after.verdict >= before.verdict
    if after.verdict == before.verdict <= Verdict.REDACT:  # of what is not delivered nothing need be cut
        assert len(after.terms.get("redact", ())) >= len(before.terms.get("redact", ()))


@given(name=st.sampled_from(["logprobs", "chat_template", "guided_json", "model", "top_k", "new_field"]))
def test_a_mode_never_lets_a_field_pass_that_the_policy_stops(name: str) -> None:
    """Of both words the stricter counts."""
    order = {"pass": 0, "strip": 1, "refuse": 2}
    policy = Policy.load()

    for mode in modes().values():
        assert order[policy.under(mode).request_field(name)] >= order[policy.request_field(name)]


@pytest.mark.parametrize(
    ("more", "line", "said"),
    [
        ("rules:\n  - {id: a, when: {rule: 'x.*'}, then: allow}\n", 7, "a mode cannot allow"),
        ("fields: {pass: [logprobs]}\n", 6, "a mode cannot pass fields"),
        ("triggers:\n  - {id: t, measure: attacks, enter: 5, leave: 5}\n", 7, "leave is not below enter"),
        ("triggers:\n  - {id: t, measure: nonsense, enter: 5, leave: 1}\n", 7, "Invalid enum value"),
        ("schedule:\n  - {id: s, zone: Mars/Base}\n", 7, "there is no time zone"),
        ("schedule:\n  - {id: s, first: 2026-10-08, last: '2026-10-01'}\n", 7, "cannot read"),
        ("schedule:\n  - {id: s, first: '2026-10-08', last: '2026-10-01'}\n", 7, "ends before it begins"),
        ("unknown: 1\n", 6, "unknown field"),
        ("drill: 'a b'\n", 6, "drill"),
    ],
)
def test_what_is_wrong_with_a_mode_is_named_with_its_line(
    tmp_path: Path, more: str, line: int, said: str
) -> None:
    """Nothing of it is taken."""
    with pytest.raises(YanmenError) as wrong:
        _mode(tmp_path, more)

    assert wrong.value.where == f"{tmp_path / 'mine.yaml'}:{line}"
    assert said in f"{wrong.value.message.en} {wrong.value.where}" or said == "drill"


def test_normal_is_not_a_mode_of_a_file(tmp_path: Path) -> None:
    """It is what holds while none stands."""
    with pytest.raises(YanmenError, match="cannot be called normal"):
        _mode(tmp_path, "", HEAD.replace("mode: mine", "mode: normal"))


def test_a_mode_refuses_by_surface_origin_and_priority(tmp_path: Path) -> None:
    """Before anything of a call is looked at."""
    mode = _mode(
        tmp_path,
        "surfaces: {refuse: ['audio*']}\norigins: {refuse: ['network:tor'], only: ['country:CN', 'tenant:vip']}\nshed: [low]\n",
    )
    home, tor = Ref(kind="country", id="CN"), Ref(kind="network", id="tor")

    assert mode.refusal("chat", (home,), "normal") is None
    assert mode.refusal("audio-speech", (home,), "normal") == ("mode.refuses-surface", "audio-speech")
    assert mode.refusal("chat", (home, tor), "normal") == ("mode.refuses-origin", "network:tor")
    assert mode.refusal("chat", (Ref(kind="country", id="DE"),), "normal") == ("mode.refuses-origin", "only")
    assert mode.refusal("chat", (Ref(kind="tenant", id="vip"),), "low") == ("mode.sheds", "low")


def test_a_file_takes_the_place_of_the_built_in_mode_of_its_name(tmp_path: Path) -> None:
    """A site knows its own numbers."""
    file = tmp_path / "mine.yaml"
    file.write_text(HEAD.replace("mode: mine", "mode: under-attack").replace("level: 4", "level: 2"), "utf-8")

    assert list(modes([file])) == ["under-attack", "major-event"]
    assert modes([file])["under-attack"].limits == {}


def test_lengths_of_time() -> None:
    """In seconds."""
    assert [seconds(length) for length in ("90s", "10m", "8h", "3d")] == [90, 600, 28_800, 259_200]
