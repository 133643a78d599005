"""What a package would do: the target of this folder's detectors."""

from __future__ import annotations

from typing import Literal

from yanmen.core.nouns import Finding, Noun, Rule, Unexamined, Where
from yanmen.core.redaction import visible
from yanmen.supply.packages.package import Package
from yanmen.supply.packages.reading.effects import Effect, Trigger, holed


class Disguise(Noun, frozen=True):
    """A place in a source file that is written so that nobody reads it."""

    kind: Literal["off-screen", "invisible", "bidi", "obfuscator", "packed", "homoglyph", "encoded"]
    member: str
    line: int
    trigger: Trigger
    detail: str = ""


class Hook(Noun, frozen=True):
    """Something that makes code run without being asked for."""

    kind: Literal[
        "setup", "command-class", "backend", "build-hook", "script", "pth", "customize", "gyp", "plug-in"
    ]
    member: str
    line: int
    text: str = ""


class Behaviour:
    """A package and all that its reading has shown."""

    def __init__(
        self,
        package: Package,
        *,
        effects: tuple[Effect, ...] = (),
        hooks: tuple[Hook, ...] = (),
        disguises: tuple[Disguise, ...] = (),
        unread: tuple[Unexamined, ...] = (),
        natives: tuple[str, ...] = (),
        coins: frozenset[str] = frozenset(),
    ) -> None:
        """``natives``: members that are programs, by their first bytes; ``coins``: members that speak of wallets and coins."""
        self.package = package
        self.effects = effects
        self.hooks = hooks
        self.disguises = disguises
        self.unread = unread
        self.natives = natives
        self.coins = coins

    def doing(self, *does: str, least: Trigger = Trigger.CALLED) -> list[Effect]:
        """Effects of these kinds, from this trigger on."""
        return [effect for effect in self.effects if effect.does in does and effect.trigger >= least]

    def where(self, effect: Effect) -> Where:
        """The place of an effect."""
        return self.package.where(effect.member, effect.line)

    def finding(
        self, rule: Rule, effect: Effect, confidence: float, said: str, *, masked: bool = False
    ) -> Finding:
        """A claim about an effect: what was seen, with what is known of it."""
        text = "" if masked else holed(effect.text)
        return Finding(
            rule=rule,
            subject=self.package.ref,
            confidence=confidence,
            evidence=visible(
                f"{_WHEN[effect.trigger]}: {said}"
                + (f": {' '.join(text.split())}" if text.strip("… ") else "")
            ),
            where=self.where(effect),
        )


class Difference:
    """A package beside its other form, or the release before it."""

    def __init__(
        self, before: Behaviour, after: Behaviour, known: frozenset[str], found: tuple[Finding, ...]
    ) -> None:
        """``known``: ids of the rules that the older breaks; ``found``: what was found of the newer."""
        self.before = before
        self.after = after
        self.known = known
        self.found = found


_WHEN = {
    Trigger.INSTALL: "at install",
    Trigger.STARTUP: "at start-up",
    Trigger.IMPORT: "on import",
    Trigger.CALLED: "when called",
}
