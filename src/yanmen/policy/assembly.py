"""Puts policy files together: which rules count, what holds where no rule does, and the revision of it all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase, Severity, Verdict
from yanmen.policy.compiled import PolicyRule
from yanmen.policy.fields import FieldRules
from yanmen.policy.modes import Mode
from yanmen.policy.schema import Loaded, PolicyText, load, verdict
from yanmen.policy.situation import Direction

BUILT_IN = Path(__file__).parent / "policies" / "default.yaml"
"""The policy that holds when none is given."""

UNSAID: dict[Severity, Verdict] = {
    Severity.INFO: Verdict.ALLOW,
    Severity.LOW: Verdict.ALLOW,
    Severity.MEDIUM: Verdict.ALLOW,
    Severity.HIGH: Verdict.BLOCK,
    Severity.CRITICAL: Verdict.BLOCK,
}
"""The verdict on findings that no rule takes up, where no file says another."""


class Over(msgspec.Struct, frozen=True, kw_only=True):
    """What a mode lays over a policy, compiled: of both the stricter word counts."""

    mode: Mode
    rules: tuple[PolicyRule, ...]
    default: dict[Severity, Verdict]
    unexamined: dict[Direction, Verdict]


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a policy, compiled."""

    rules: tuple[PolicyRule, ...]
    default: dict[Severity, Verdict]
    unexamined: dict[Direction, Verdict]
    fields: FieldRules
    revision: str
    files: tuple[Loaded, ...]
    over: Over | None = None
    """What a mode lays over it."""


def assemble(files: Sequence[Path]) -> Parts:
    """Read the files and put them together.

    Of several files the strictest word counts; a file that extends the built-in policy overrides that one's words.
    Raises YanmenError with ``file:line``.
    """
    loaded = [load(file) for file in files] or [load(BUILT_IN)]
    _refuse_doubles(loaded)
    base = [load(BUILT_IN)] if any(file.text.extends for file in loaded) else []
    replaced = {rule.id for file in loaded for rule in file.text.rules}
    kept = [rule for file in base for rule in file.text.rules if rule.id not in replaced]
    own = [rule for file in loaded for rule in file.text.rules]
    base_text = base[0].text if base else None
    texts = [file.text for file in loaded]
    return Parts(
        rules=tuple(PolicyRule(rule) for rule in [*own, *kept]),
        default={level: _default(level, texts, base_text) for level in Severity},
        unexamined={"in": _unexamined("in", texts, base_text), "out": _unexamined("out", texts, base_text)},
        fields=FieldRules([text.fields for text in texts], base_text.fields if base_text else None),
        revision=_revision([*loaded, *base]),
        files=tuple(loaded),
    )


def under(parts: Parts, mode: Mode) -> Parts:
    """The same policy with a mode laid over it."""
    text = mode.text
    said = {level: word for level in Severity if (word := getattr(text.default, level.word)) is not None}
    into, out = text.on_unexamined.into or "allow", text.on_unexamined.out or "allow"
    texts = [file.text.fields for file in parts.files]
    base = load(BUILT_IN).text.fields if any(file.text.extends for file in parts.files) else None
    return msgspec.structs.replace(
        parts,
        fields=FieldRules(texts, base, text.fields),
        revision=f"{parts.revision}+{mode.name}",
        over=Over(
            mode=mode,
            rules=tuple(PolicyRule(rule) for rule in text.rules),
            default={level: verdict(said[level]) if level in said else Verdict.ALLOW for level in Severity},
            unexamined={"in": verdict(into), "out": verdict(out)},
        ),
    )


def _default(level: Severity, texts: Sequence[PolicyText], base: PolicyText | None) -> Verdict:
    said = [verdict(word) for text in texts if (word := getattr(text.default, level.word)) is not None]
    if not said and base is not None and (word := getattr(base.default, level.word)) is not None:
        said = [verdict(word)]
    return max(said, default=UNSAID[level])


def _unexamined(direction: Direction, texts: Sequence[PolicyText], base: PolicyText | None) -> Verdict:
    name = "into" if direction == "in" else "out"
    said = [verdict(word) for text in texts if (word := getattr(text.on_unexamined, name)) is not None]
    if not said and base is not None and (word := getattr(base.on_unexamined, name)) is not None:
        said = [verdict(word)]
    return max(said, default=Verdict.BLOCK)


def _refuse_doubles(files: Sequence[Loaded]) -> None:
    owners: dict[str, Loaded] = {}
    for file in files:
        for number, rule in enumerate(file.text.rules):
            first = owners.setdefault(rule.id, file)
            if first is not file:
                where = file.document.where(("rules", number, "id"))
                other = first.document.file
                raise YanmenError(
                    Phrase(
                        en=f"a rule called {rule.id} is in {other} already",
                        zh=f"{other} 中已有规则 {rule.id}",
                    ),
                    where=where,
                    hint=Phrase(en="Give each rule its own id.", zh="请为每条规则取不同的 id。"),
                )


def _revision(files: Sequence[Loaded]) -> str:
    """A short hash of the content of all files, in order."""
    digest = hashlib.sha256(b"yanmen-policy-1")
    for file in files:
        digest.update(len(file.content).to_bytes(8, "big"))
        digest.update(file.content)
    return digest.hexdigest()[:12]
