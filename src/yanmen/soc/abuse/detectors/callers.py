"""What a caller's behaviour shows: harvesting, scraping, being unlike itself, and use that one owner cannot make."""

from __future__ import annotations

from collections.abc import Iterator

from yanmen.core.nouns import Finding, Phrase, Ref, Rule, Severity, Unexamined
from yanmen.core.plugins import Detector
from yanmen.soc.abuse.behaviour import Behaviour
from yanmen.soc.abuse.places import BACK_AND_FORTH

_TAGS = ("owasp-llm:LLM10", "atlas:AML.T0024.002", "atlas:AML.T0034")
EXTRACTION = Rule(
    id="abuse.extraction",
    title=Phrase(
        en="Answers are harvested on a large scale, as to train a copy of the model",
        zh="大规模采集回答，疑似用于蒸馏模型",
    ),
    severity=Severity.HIGH,
    fix=Phrase(
        en="Ask the owner what the calls are for; limit the key's tokens a day, or end it.",
        zh="请向密钥所有者核实用途；限制该密钥每日的 token 用量，或停用该密钥。",
    ),
    tags=_TAGS,
)
SCRAPING = Rule(
    id="abuse.scraping",
    title=Phrase(
        en="One question is asked over and over with other numbers in it",
        zh="同一问题只换编号反复提问，疑似批量抓取",
    ),
    severity=Severity.MEDIUM,
    fix=Phrase(
        en="Ask the owner; limit the key's requests a minute.",
        zh="请向密钥所有者核实；限制该密钥每分钟的请求数。",
    ),
    tags=_TAGS,
)
UNLIKE = Rule(
    id="abuse.unlike-itself",
    title=Phrase(
        en="A caller behaves unlike itself and unlike others",
        zh="调用方的行为与其自身历史和其他调用方都明显不同",
    ),
    severity=Severity.MEDIUM,
    fix=Phrase(
        en="See what moved; ask the owner whether the calls are theirs, and rotate the key if not.",
        zh="请查看发生变化的指标，与所有者确认这些调用是否属实；如不属实，请轮换密钥。",
    ),
    tags=("owasp-llm:LLM10", "atlas:AML.T0034"),
)
IMPOSSIBLE = Rule(
    id="abuse.impossible-use",
    title=Phrase(en="A key is used where its owner cannot be", zh="密钥的使用方式与其所有者不符"),
    severity=Severity.HIGH,
    fix=Phrase(
        en="Rotate the key (playbook rotate-key does), and find out where it leaked.",
        zh="请轮换该密钥（剧本 rotate-key 可执行），并查清泄露源头。",
    ),
    tags=("cwe:522", "atlas:AML.T0012"),
)
TAKEN = Rule(
    id="abuse.key-taken-over",
    title=Phrase(
        en="A key is used from somewhere new, and far more than ever before",
        zh="密钥在新的位置使用，且用量远超历史水平",
    ),
    severity=Severity.CRITICAL,
    fix=Phrase(
        en="Playbook rotate-key gives the owner a new key by itself; find out where the old one leaked.",
        zh="剧本 rotate-key 会自动为所有者换发新密钥；请查清旧密钥的泄露源头。",
    ),
    tags=("cwe:522", "atlas:AML.T0012", "owasp-llm:LLM10"),
)
MANY = 700
"""Calls, those of twelve hours ago counting half, from which on a harvest is one: data sets to train on have thousands of rows."""
OWN = 5.0
"""So many times as much a caller may ask whose manner has long been this: its burst is no harvest yet."""
HARVEST = 250_000
"""Tokens of answers in the same time."""
COMPARED = 50
"""Prompts of fewer than which nothing is known."""
ALARM = 12.0
"""Suspicion at which a caller is unlike itself. Chosen on the first seed of bench/clients.py, measured on others."""
_TURNS = 2.5
"""Texts a call: a system prompt and a question, no conversation."""


class Callers(Detector[Behaviour]):
    """Looks at one caller; what is told is numbers and names of places only."""

    rules = (EXTRACTION, SCRAPING, UNLIKE, IMPOSSIBLE, TAKEN)

    def detect(self, target: Behaviour) -> Iterator[Finding | Unexamined]:
        """Everything that its behaviour shows now.

        Of a network in which one key calls, nothing: the key's own counts show it. Of one that several share, a harvest only: it is
        unlike itself whenever another of them works, and each of them is compared with itself.
        """
        if not target.caller.startswith("key:") and target.keys != [0]:
            if len(target.keys) > 1:
                yield from _harvest(target)
            return
        yield from _harvest(target)
        if target.reached >= ALARM and target.moved:
            yield _found(UNLIKE, target, min(0.95, target.reached / (2 * ALARM)), "; ".join(target.moved))
        yield from _impossible(target)


def _impossible(target: Behaviour) -> Iterator[Finding]:
    """New country, system and client at once; two countries within an hour; a new place with a sudden volume."""
    places = target.places
    new = places.is_new(target.seen)
    travelled = bool(places.moved[0]) and ("client" in new or len(places.moves) >= BACK_AND_FORTH)
    said = [f"{kind} {places.fresh[kind][1]} → {places.fresh[kind][0]}" for kind in new]
    if travelled:
        said.append(f"within an hour {places.moved[0]} → {places.moved[1]}")
    whole = len(new) == 3  # noqa: PLR2004  # country, system and client
    if target.sudden and (travelled or "country" in new or len(new) > 1):
        said += target.moved or [target.volume]
        yield _found(TAKEN, target, 0.95, "; ".join(said))
    elif whole or travelled:
        yield _found(IMPOSSIBLE, target, 0.85 if whole else 0.75, "; ".join(said))


def _harvest(target: Behaviour) -> Iterator[Finding]:
    day = target.day
    if day.calls < MANY * (OWN if target.is_own_manner() else 1.0) or day.compared < COMPARED:
        return
    same, alike, turns = day.same / day.compared, day.alike / day.compared, day.texts / day.calls
    wide, long = day.tokens_out / max(1.0, day.tokens_in), day.long / day.calls
    counted = f"{day.calls:.0f} calls, {day.tokens_out:.0f} tokens of answers, {same:.0%} same, {alike:.0%} of one template"
    if (
        day.tokens_out >= HARVEST
        and turns <= _TURNS
        and same < 0.5  # noqa: PLR2004  # else it is scraping
        and (alike >= 0.5 or long >= 0.6)  # noqa: PLR2004  # filled templates, or nothing but long answers
        and wide >= 2.0  # noqa: PLR2004  # a summary is shorter than what it sums up
    ):
        yield _found(EXTRACTION, target, 0.8, counted)
    elif same >= 0.8 and turns <= _TURNS:  # noqa: PLR2004
        yield _found(SCRAPING, target, 0.8, counted)


def _found(rule: Rule, target: Behaviour, confidence: float, evidence: str) -> Finding:
    return Finding(
        rule=rule, subject=Ref.parse(target.caller), confidence=round(confidence, 2), evidence=evidence
    )
