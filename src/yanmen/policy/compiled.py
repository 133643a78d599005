"""Policy rules made ready to match: patterns compiled, words turned into numbers."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from yanmen.core.nouns import Finding, Rule, Unexamined, Verdict, Where
from yanmen.policy.globs import Names
from yanmen.policy.schema import Globs, RuleText, When, severity, verdict
from yanmen.policy.situation import Direction, Situation
from yanmen.policy.standing import EXACT

_TESTED = ("part", "tenant", "model", "key", "surface", "country", "asn", "network")
"""Conditions that are patterns: of the finding's place, and of the situation's fields of these names."""


class Condition:
    """The ``when`` or ``unless`` of a rule. What is always true of a rule is asked once, the rest of each finding."""

    __slots__ = ("_confidence", "_direction", "_level", "_reasons", "_rule", "_severity", "_tags", "_tests")

    def __init__(self, when: When) -> None:
        """Compile."""
        self._rule = Names(when.rule)
        self._reasons = None if when.unexamined is None else Names(when.unexamined)
        self._severity = severity(when.severity)
        self._confidence = when.confidence
        self._direction = when.direction
        self._level = when.level
        self._tags = _names(when.tags)
        written = {name: _names(getattr(when, name)) for name in _TESTED}
        self._tests = tuple((name, names) for name, names in written.items() if names is not None)

    def covers(self, rule: Rule) -> bool:
        """Whether findings of a catalogue rule can meet the condition."""
        return (
            self._reasons is None
            and rule.severity >= self._severity
            and (not self._level or _level(rule) >= self._level)
            and self._rule.match(rule.id)
            and (self._tags is None or any(map(self._tags.match, rule.tags)))
        )

    def goes(self, direction: Direction) -> bool:
        """Whether it can hold for texts that go this way."""
        return self._direction is None or self._direction == direction

    @property
    def always(self) -> bool:
        """Whether it holds for every finding of a covered rule, of texts that go its way."""
        return not self._confidence and not self._tests

    def names(self, rule: str) -> bool:
        """Whether the condition writes a rule's id out."""
        return self._rule.names(rule)

    def holds(self, finding: Finding, situation: Situation) -> bool:
        """Whether a finding of a covered rule meets the condition here."""
        return finding.confidence >= self._confidence and self._fits(finding.where, situation)

    def takes(self, unexamined: Unexamined, situation: Situation) -> bool:
        """Whether the condition is about this *could not judge*."""
        return (
            self._reasons is not None
            and self._reasons.match(unexamined.reason)
            and self._fits(unexamined.where, situation)
        )

    def _fits(self, where: Where, situation: Situation) -> bool:
        if self._direction is not None and self._direction != situation.direction:
            return False
        for name, names in self._tests:
            said = where.part if name == "part" else getattr(situation, name)
            if not (any(map(names.match, said)) if isinstance(said, tuple) else names.match(said)):
                return False
        return True


class PolicyRule:
    """One rule of a policy, compiled."""

    __slots__ = ("_unless", "_when", "id", "mask", "shadow", "verdict")

    def __init__(self, text: RuleText) -> None:
        """Compile."""
        self.id = text.id
        self.verdict: Verdict = verdict(text.then)
        self.mask = text.mask
        self.shadow = text.shadow
        self._when = Condition(text.when)
        unless = text.unless
        if unless is not None and text.when.unexamined is not None and unless.unexamined is None:
            unless = msgspec.structs.replace(unless, unexamined="*")
        self._unless = None if unless is None else Condition(unless)

    def may_take(self, rule: Rule) -> bool:
        """Whether findings of a catalogue rule can be taken up.

        A failed detector is let through (or only reported) by a rule that writes its id out, never by a pattern.
        """
        if (
            rule.id in EXACT
            and (self.shadow or self.verdict is Verdict.ALLOW)
            and not self._when.names(rule.id)
        ):
            return False
        return self._when.covers(rule)

    def goes(self, direction: Direction) -> bool:
        """Whether it speaks of texts that go this way."""
        return self._when.goes(direction)

    @property
    def always(self) -> bool:
        """Whether it takes up every finding that it may take, of texts that go its way."""
        return self._unless is None and not self.shadow and self._when.always

    def names(self, rule: str) -> bool:
        """Whether it takes up a rule by its id, written out."""
        return self._when.names(rule)

    def takes(self, finding: Finding, situation: Situation) -> bool:
        """Whether a finding of such a rule is taken up here."""
        if not self._when.holds(finding, situation):
            return False
        unless = self._unless
        return unless is None or not (unless.covers(finding.rule) and unless.holds(finding, situation))

    def takes_unexamined(self, unexamined: Unexamined, situation: Situation) -> bool:
        """Whether something unexamined is taken up here."""
        if not self._when.takes(unexamined, situation):
            return False
        return self._unless is None or not self._unless.takes(unexamined, situation)


def _level(rule: Rule) -> int:
    """The level of the data that a rule finds, by its tag; 0: it is not graded."""
    return max(
        (int(tag[6:]) for tag in rule.tags if tag.startswith("level:") and tag[6:].isdigit()), default=0
    )


def _names(globs: Globs | None) -> Names | None:
    return None if globs is None else Names(globs)


def candidates(rules: Sequence[PolicyRule], rule: Rule) -> tuple[PolicyRule, ...]:
    """The policy rules that can take up findings of a catalogue rule."""
    return tuple(found for found in rules if found.may_take(rule))
