"""Tools that are not what they were."""

from __future__ import annotations

from yanmen.core.nouns import Finding, Ref, Rule, Severity, Where
from yanmen.gateway.mcp.detectors.tools import CHANGED, POISONED, SHADOWED, Offer, Tools

OFFER = Offer(server="calc", name="add", part="/result/tools/0", digest="a" * 64)


def found(offer: Offer) -> dict[str, Finding]:
    """What is said of it, by rule."""
    return {one.rule.id: one for one in Tools().detect(offer)}


def claim(rule: str, confidence: float) -> Finding:
    """Something found in its texts."""
    told = Rule(id=rule, title=CHANGED.title, severity=Severity.HIGH, fix=CHANGED.fix, tags=("x",))
    return Finding(
        rule=told, subject=Ref(kind="text", id="t"), confidence=confidence, evidence=f"seen {rule}"
    )


def test_a_tool_that_is_new_or_as_it_was_is_nothing() -> None:
    """Nor is one with harmless findings."""
    assert not found(OFFER)
    assert not found(OFFER._replace(trusted="a" * 64, claims=(claim("personal.email", 1.0),)))


def test_a_change_is_told_with_both_digests() -> None:
    """About the tool, so that it can be banned or excepted by its name."""
    one = found(OFFER._replace(trusted="b" * 64))[CHANGED.id]

    assert (str(one.subject), one.evidence) == ("tool:calc/add", "bbbbbbbbbbbb -> aaaaaaaaaaaa")
    assert one.where == Where(part="/result/tools/0")


def test_a_name_that_two_servers_use_is_told() -> None:
    """With the other one."""
    assert found(OFFER._replace(others=("files",)))[SHADOWED.id].evidence == "files"


def test_words_that_attack_the_model_are_told_as_the_tools() -> None:
    """As surely as the worst of them."""
    claims = (claim("prompt.attack-indirect", 0.6), claim("prompt.exfiltrates", 0.9), claim("secret.x", 1.0))
    one = found(OFFER._replace(claims=claims))[POISONED.id]

    assert (one.confidence, one.evidence) == (0.9, "prompt.exfiltrates: seen prompt.exfiltrates")
