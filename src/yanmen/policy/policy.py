"""The policy: findings, and what could not be judged, become one decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from yanmen.core.ids import new_id
from yanmen.core.nouns import Decision, Finding, Reason, Rule, Severity, Unexamined, Verdict
from yanmen.policy.assembly import Parts, assemble, under
from yanmen.policy.compiled import PolicyRule, candidates
from yanmen.policy.fields import claims
from yanmen.policy.grounds import GROUNDS, Judged, reasons, redactions
from yanmen.policy.modes import NORMAL, Mode
from yanmen.policy.schema import FieldWord
from yanmen.policy.situation import Direction, Judgement, Situation
from yanmen.policy.standing import EXACT, Standing

REMEMBERED = 4096
"""Catalogue rules whose candidates are remembered; one policy sees a few hundred."""


class Ruling(NamedTuple):
    """The verdict on one finding: what is enforced, and what would be were no rule in shadow."""

    verdict: Verdict
    by: str
    would: Verdict
    would_by: str


class Policy:
    """Rules, compiled. Pure: the same findings in the same situation get the same verdict."""

    def __init__(self, parts: Parts) -> None:
        """Take the compiled parts; ``Policy.load`` makes them from files."""
        self._parts = parts
        self._candidates: dict[tuple[str, Severity, tuple[str, ...]], tuple[PolicyRule, ...]] = {}
        self._over = parts.over
        over = parts.over.rules if parts.over is not None else ()
        self._cuts: dict[Direction, tuple[tuple[Rule, ...], frozenset[str]]] = {}
        self._named: dict[str, bool] = {}
        self._masking = frozenset(rule.id for rule in (*parts.rules, *over) if rule.mask)
        self.mode: Mode | None = None if parts.over is None else parts.over.mode
        """The mode that is laid over it."""
        self._modes: dict[str, Policy] = {}
        self.revision = parts.revision
        """A short hash of the content of all its files."""

    @classmethod
    def load(cls, files: Sequence[Path] = ()) -> Policy:
        """Read policy files; none: the built-in policy. Raises YanmenError with ``file:line``.

        The tests inside the files are not run here: see ``trials.checked``.
        """
        return cls(assemble(files))

    def under(self, mode: Mode | None) -> Policy:
        """This policy with a mode laid over it; None: itself."""
        if mode is None:
            return self
        known = self._modes.get(mode.name)
        if known is None or known.mode is not mode:
            known = self._modes[mode.name] = Policy(under(self._parts, mode))
        return known

    @property
    def mode_name(self) -> str:
        """The name of the mode that is laid over it, or ``normal``."""
        return NORMAL if self.mode is None else self.mode.name

    @property
    def parts(self) -> Parts:
        """What it was made from."""
        return self._parts

    def judge(
        self,
        findings: Sequence[Finding],
        unexamined: Sequence[Unexamined],
        situation: Situation,
        standing: Standing,
    ) -> Judgement:
        """One decision on all that was found: the strictest verdict, and every redaction."""
        if not findings and not unexamined:
            return Judgement(decision=self._decision(situation, Verdict.ALLOW, (), {}))
        claims: list[Finding | Unexamined] = [*findings, *unexamined]
        rulings = [(claim, self._ruling(claim, situation, standing)) for claim in claims]
        enforced = [(claim, ruling.verdict, ruling.by) for claim, ruling in rulings]
        is_verdict = max(verdict for _, verdict, _ in enforced)
        is_redact = redactions(enforced, self._masking)
        decision = self._decision(
            situation, is_verdict, reasons(enforced), _terms(situation, is_verdict, is_redact)
        )
        would = [(claim, ruling.would, ruling.would_by) for claim, ruling in rulings if ruling.would]
        would_verdict = max((verdict for _, verdict, _ in would), default=Verdict.ALLOW)
        would_redact = redactions(would, self._masking)
        more = is_verdict is Verdict.REDACT and len(would_redact) > len(is_redact)
        if would_verdict <= is_verdict and not more:
            return Judgement(decision=decision)
        terms = _terms(situation, would_verdict, would_redact)
        shadow = self._decision(situation, would_verdict, reasons(would), terms, shadow=True)
        return Judgement(decision=decision, shadow=shadow)

    def verdict(
        self, finding: Finding, situation: Situation, standing: Standing
    ) -> tuple[Verdict, str, bool]:
        """The verdict on one finding, the policy rule that gave it, and whether shadow held a stricter one back."""
        ruling = self._ruling(finding, situation, standing)
        return ruling.verdict, ruling.by, ruling.would > ruling.verdict

    def cuts(self, rules: tuple[Rule, ...], direction: Direction) -> frozenset[str]:
        """Ids of those catalogue rules whose findings may be cut out of a text that goes this way, or end it."""
        known = self._cuts.get(direction)
        if known is None or known[0] is not rules:
            known = rules, frozenset(rule.id for rule in rules if self.may_cut(rule, direction))
            self._cuts[direction] = known
        return known[1]

    def may_cut(self, rule: Rule, direction: Direction) -> bool:
        """Whether findings of a catalogue rule may be cut out of a text that goes this way, or end it, in some situation."""
        over = self._over
        if over is not None and (
            over.default[rule.severity]
            or any(one.goes(direction) and one.may_take(rule) for one in over.rules)
        ):
            return True
        taken = [one for one in self._candidates_of(rule) if one.goes(direction)]
        if any(one.verdict is not Verdict.ALLOW for one in taken):
            return True
        if any(one.always for one in taken):
            return False
        return self._fallback(rule, direction)[0] is not Verdict.ALLOW

    def names(self, rule: str) -> bool:
        """Whether one of its rules writes a rule's id out: some claims are made only where they are asked for."""
        said = self._named.get(rule)
        if said is None:
            said = self._named[rule] = any(found.names(rule) for found in self._parts.rules)
        return said

    def request_field(self, name: str) -> FieldWord:
        """What becomes of a request field by its name: ``pass``, ``strip`` or ``refuse``."""
        return self._parts.fields.word(name)

    def fields(self, body: Mapping[str, object]) -> dict[str, FieldWord]:
        """The fields of a request body that are not passed on as they are: ``strip`` or ``refuse`` by name.

        ``a.b`` names the key ``b`` inside the field ``a``. A field that is null is passed on.
        """
        return self._parts.fields.words(body)

    def judge_fields(self, names: Sequence[str], situation: Situation, standing: Standing) -> Judgement:
        """One decision on request fields that the policy refuses: a block, unless each of them is excepted.

        While everything is in shadow it is only said, as for findings.
        """
        judged: list[Judged] = []
        for claim in claims(names):
            waiver = standing.waived(claim, situation)
            word = (Verdict.BLOCK, "fields") if waiver is None else (Verdict.ALLOW, f"waived:{waiver.id}")
            judged.append((claim, *word))
        verdict = max((word for _, word, _ in judged), default=Verdict.ALLOW)
        said = self._decision(situation, verdict, reasons(judged), _terms(situation, verdict, []))
        if verdict is Verdict.ALLOW or situation.at >= situation.shadow_until:
            return Judgement(decision=said)
        shadow = self._decision(situation, verdict, said.because, said.terms, shadow=True)
        held: list[Judged] = [(claim, Verdict.ALLOW, "shadow") for claim, _, _ in judged]
        return Judgement(decision=self._decision(situation, Verdict.ALLOW, reasons(held), {}), shadow=shadow)

    def _ruling(self, claim: Finding | Unexamined, situation: Situation, standing: Standing) -> Ruling:
        waiver = standing.waived(claim, situation)
        if waiver is not None:
            by = f"waived:{waiver.id}"
            return Ruling(Verdict.ALLOW, by, Verdict.ALLOW, by)
        if isinstance(claim, Unexamined):
            taken = [rule for rule in self._parts.rules if rule.takes_unexamined(claim, situation)]
            fallback, fallback_by = self._parts.unexamined[situation.direction], "on_unexamined"
            redactable = False
        else:
            taken = [rule for rule in self._candidates_of(claim.rule) if rule.takes(claim, situation)]
            fallback, fallback_by = self._fallback(claim.rule, situation.direction)
            redactable = claim.where.end > claim.where.start
        if not taken:
            would = enforced = Verdict.BLOCK if fallback is Verdict.REDACT and not redactable else fallback
            would_by = by = fallback_by
        else:
            would, would_by = _join(taken, redactable=redactable)
            enforced, by = _join((rule for rule in taken if not rule.shadow), redactable=redactable)
        if self._over is not None:
            enforced, by = self._stricter((enforced, by), self._overruling(claim, situation, redactable))
            would, would_by = self._stricter((would, would_by), (enforced, by))
        if situation.at < situation.shadow_until:
            enforced, by = Verdict.ALLOW, "shadow"
        return Ruling(enforced, by, would, would_by)

    def _stricter(self, one: tuple[Verdict, str], other: tuple[Verdict, str]) -> tuple[Verdict, str]:
        """Of two words the stricter; to cut is stricter than to mask."""
        ranks = [(word, by not in self._masking) for word, by in (one, other)]
        return other if ranks[1] > ranks[0] else one

    def _overruling(
        self,
        claim: Finding | Unexamined,
        situation: Situation,
        redactable: bool,  # as in ``_join``
    ) -> tuple[Verdict, str]:
        """What the mode says of a claim."""
        over = self._over
        if over is None:
            return Verdict.ALLOW, ""
        if isinstance(claim, Unexamined):
            taken = [rule for rule in over.rules if rule.takes_unexamined(claim, situation)]
            fallback = over.unexamined[situation.direction]
        else:
            taken = [
                rule for rule in over.rules if rule.may_take(claim.rule) and rule.takes(claim, situation)
            ]
            exact = claim.rule.id in EXACT
            fallback = over.unexamined[situation.direction] if exact else over.default[claim.rule.severity]
        said = _join((rule for rule in taken if not rule.shadow), redactable=redactable)
        if fallback > said[0]:
            said = fallback, f"mode:{over.mode.name}"
        if said[0] is Verdict.REDACT and not redactable:
            return Verdict.BLOCK, said[1]
        return said

    def _candidates_of(self, rule: Rule) -> tuple[PolicyRule, ...]:
        key = (rule.id, rule.severity, rule.tags)
        known = self._candidates.get(key)
        if known is None:
            known = candidates(self._parts.rules, rule)
            if len(self._candidates) < REMEMBERED:
                self._candidates[key] = known
        return known

    def _fallback(self, rule: Rule, direction: Direction) -> tuple[Verdict, str]:
        """The verdict on a finding no rule takes up; a failed detector counts as *could not judge*."""
        if rule.id in EXACT:
            return self._parts.unexamined[direction], "on_unexamined"
        return self._parts.default[rule.severity], f"default.{rule.severity.word}"

    def _decision(
        self,
        situation: Situation,
        verdict: Verdict,
        because: tuple[Reason, ...],
        terms: dict[str, Any],
        *,
        shadow: bool = False,
    ) -> Decision:
        if len(because) > GROUNDS:
            terms, because = {**terms, "more": len(because) - GROUNDS}, because[:GROUNDS]
        return Decision(
            id=new_id("dec"),
            at=situation.at,
            subject=situation.subject,
            verdict=verdict,
            because=because,
            policy=self.revision,
            shadow=shadow,
            terms=terms,
        )


def _join(rules: Iterable[PolicyRule], *, redactable: bool) -> tuple[Verdict, str]:
    """The strictest verdict and the first rule that gave it; no rule: allow, held back in shadow.

    To cut is stricter than to mask. A redaction of what has no place in the text cannot be obeyed and is a block.
    """
    best, for_good, by = Verdict.ALLOW, False, ""
    for rule in rules:
        verdict = rule.verdict
        if verdict is Verdict.REDACT and not redactable:
            verdict = Verdict.BLOCK
        if not by or (verdict, not rule.mask) > (best, for_good):
            best, for_good, by = verdict, not rule.mask, rule.id
    return best, by or "shadow"


def _terms(situation: Situation, verdict: Verdict, redact: list[dict[str, Any]]) -> dict[str, Any]:
    terms: dict[str, Any] = {"redact": redact} if redact else {}
    if verdict is not Verdict.ALLOW:
        terms["subjects"] = [str(subject) for subject in situation.subjects]
        terms["direction"] = situation.direction
    return terms
