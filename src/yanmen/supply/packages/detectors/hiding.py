"""Packages whose code is not meant to be read, or that look whether somebody is watching."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yanmen.core.nouns import Finding, Rule, Unexamined
from yanmen.core.plugins import Detector
from yanmen.core.redaction import visible
from yanmen.supply.packages import rules
from yanmen.supply.packages.behaviour import Behaviour, Disguise
from yanmen.supply.packages.reading.effects import Trigger

_DANGEROUS = re.compile(
    r"^(?:exec|eval|compile|object\.__subclasses__|os\.(?:system|popen)|subprocess\.|__import__|socket\.|marshal\.loads|child_process|vm\.|Function|process\.env)"
    r"|^(?:os|subprocess|builtins|ctypes|requests|urllib|socket|base64|marshal|child_process|https?|fs|net|dns|vm|axios)$"
)


class Hiding(Detector[Behaviour]):
    """Disguises of source, and names that are put together so that no search finds them."""

    rules = (rules.HIDES_CODE, rules.OBFUSCATED, rules.TURNED_ROUND, rules.EVADES, rules.HIDES_ADDRESS)

    def detect(self, target: Behaviour) -> Iterator[Finding | Unexamined]:
        """Each disguise; each hidden name that leads to something that acts."""
        active = {
            effect.member for effect in target.doing("runs-code", "runs-command", "sends", "loads-native")
        }
        for disguise in target.disguises:
            rule, confidence = _weight(disguise, active=disguise.member in active)
            yield Finding(
                rule=rule, subject=target.package.ref, confidence=confidence,
                evidence=visible(f"{_WHAT[disguise.kind]}: {disguise.detail}"),
                where=target.package.where(disguise.member, disguise.line),
            )  # fmt: skip
        for effect in target.doing("hides-name"):
            named = f"{effect.api} {effect.text}"
            brought = effect.api == effect.text and effect.trigger >= Trigger.IMPORT
            if brought or _DANGEROUS.match(effect.api) or _DANGEROUS.match(effect.text):
                yield target.finding(rules.HIDES_CODE, effect, 0.8, f"a hidden name is {visible(named)}")
        for effect in target.doing("sends", "receives", "listens"):
            if "hidden address" in effect.tags:
                yield target.finding(
                    rules.HIDES_ADDRESS, effect, 0.8, f"{effect.api} goes to an address that is decoded first"
                )
        for effect in target.doing("asks-whereabouts", least=Trigger.IMPORT):
            yield target.finding(
                rules.EVADES, effect, 0.6, f"{effect.api} tells whether somebody is watching"
            )


_WHAT = {
    "off-screen": "code pushed off the screen",
    "invisible": "invisible characters",
    "bidi": "characters that turn the direction of text",
    "obfuscator": "an obfuscator's work",
    "packed": "a long packed text",
    "homoglyph": "letters of another alphabet in names",
    "encoded": "encoded text",
}


def _weight(disguise: Disguise, *, active: bool) -> tuple[Rule, float]:
    if disguise.kind == "bidi":
        return rules.TURNED_ROUND, 0.6
    if disguise.kind == "off-screen":
        return rules.HIDES_CODE, 0.85
    if disguise.kind == "invisible":
        return (rules.HIDES_CODE, 0.9) if active else (rules.OBFUSCATED, 0.5)
    if disguise.trigger >= Trigger.IMPORT:
        return rules.HIDES_CODE, 0.75
    return rules.OBFUSCATED, 0.6
