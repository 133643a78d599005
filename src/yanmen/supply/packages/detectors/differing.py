"""What a package does that its other form, or the release before it, does not."""

from __future__ import annotations

from collections.abc import Iterator

from yanmen.core.nouns import Finding, Severity, Unexamined
from yanmen.core.plugins import Detector
from yanmen.core.redaction import visible
from yanmen.supply.packages import rules
from yanmen.supply.packages.behaviour import Difference
from yanmen.supply.packages.reading.effects import Trigger

_CODE = (".py", ".js", ".cjs", ".mjs", ".sh", ".pth", ".so", ".pyd", ".dll", ".exe", ".node", ".ps1", ".bat")
_ASIDE = frozenset(
    {"test", "tests", "docs", "examples", "benchmarks", "setup.py", "conftest.py", "tools", "scripts"}
)
_MOST = 20
_GRAVE = frozenset({"pth", "customize"})
"""Hooks that no new release of an honest package brings: they run whenever the language starts."""


class Differing(Detector[Difference]):
    """New findings, hooks, commands and connections unasked, programs, files of code.

    Of a source distribution and its wheel the wheel is the newer, so that code is found that its source does not have.
    """

    rules = (rules.DIFFERS, rules.DIFFERS_ACTS, rules.DIFFERS_FILES)

    def detect(self, target: Difference) -> Iterator[Finding | Unexamined]:
        """Each difference, at its place in the newer."""
        yield from _new_findings(target)
        yield from _new_hooks(target)
        yield from _new_acts(target)
        yield from _new_files(target)


def _since(target: Difference) -> str:
    older, newer = target.before.package, target.after.package
    return f"new since {older.version}" if older.version != newer.version else f"not in the {older.kind}"


def _new_findings(target: Difference) -> Iterator[Finding]:
    for found in target.found:
        if found.rule.id not in target.known and found.rule.severity >= Severity.MEDIUM:
            yield Finding(
                rule=rules.DIFFERS if found.rule.severity >= Severity.HIGH else rules.DIFFERS_ACTS,
                subject=found.subject, confidence=found.confidence,
                evidence=visible(f"{_since(target)}: {found.rule.id}: {found.evidence}"), where=found.where,
            )  # fmt: skip


def _new_hooks(target: Difference) -> Iterator[Finding]:
    known = {(hook.kind, hook.text) for hook in target.before.hooks}
    package = target.after.package
    for hook in target.after.hooks:
        if hook.kind != "setup" and (hook.kind, hook.text) not in known:
            yield Finding(
                rule=rules.DIFFERS if hook.kind in _GRAVE else rules.DIFFERS_ACTS, subject=package.ref, confidence=0.7,
                evidence=visible(f"{_since(target)}: a hook, {hook.kind}: {hook.text}"),
                where=package.where(hook.member, hook.line),
            )  # fmt: skip


def _new_acts(target: Difference) -> Iterator[Finding]:
    """What is done unasked by means that the other does not use."""
    known = {effect.does for effect in target.before.effects if effect.trigger >= Trigger.IMPORT}
    told: set[str] = set()
    for effect in target.after.doing(
        "sends", "runs-command", "runs-code", "looks-up", "loads-native", least=Trigger.IMPORT
    ):
        if effect.does not in known | told and effect.layer == 0:
            told.add(effect.does)
            said = f"{_since(target)}: {effect.api} {effect.does.replace('-', ' ')}"
            yield target.after.finding(rules.DIFFERS_ACTS, effect, 0.6, said)


def _new_files(target: Difference) -> Iterator[Finding]:
    before, after = target.before, target.after
    known = {_plain(member) for member in before.package.members}
    new = [
        member
        for member in after.package.members
        if member.endswith(_CODE) and _plain(member) not in known and not set(member.split("/")) & _ASIDE
    ]
    for member in sorted(new, key=lambda one: one not in after.natives)[:_MOST]:
        native = member in after.natives and not before.natives
        said = "a program" if native else "a file of code"
        yield Finding(
            rule=rules.DIFFERS if native else rules.DIFFERS_FILES, subject=after.package.ref, confidence=0.6,
            evidence=f"{_since(target)}: {said}", where=after.package.where(member),
        )  # fmt: skip


def _plain(member: str) -> str:
    """A path as source tree and wheel share it."""
    for top in ("src/", "lib/", "python/"):
        member = member.removeprefix(top)
    return member
