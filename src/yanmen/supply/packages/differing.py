"""What a package does that its other form, or its last release, does not."""

from __future__ import annotations

from collections.abc import Iterator

from yanmen.core.nouns import Finding, Severity, Unexamined
from yanmen.core.redaction import visible
from yanmen.supply.packages import rules
from yanmen.supply.packages.behaviour import Behaviour
from yanmen.supply.packages.examining import findings_of
from yanmen.supply.packages.package import Bounds, Package
from yanmen.supply.packages.reading.effects import Trigger
from yanmen.supply.packages.studying import study

_CODE = (".py", ".js", ".cjs", ".mjs", ".sh", ".pth", ".so", ".pyd", ".dll", ".exe", ".node", ".ps1", ".bat")
_ASIDE = ("test", "tests", "docs", "examples", "benchmarks", "setup.py", "conftest.py", "tools", "scripts")
_MOST = 20


def compare(old: Package, new: Package, bounds: Bounds | None = None) -> Iterator[Finding | Unexamined]:
    """What is new in ``new``: findings that ``old`` has not, hooks, commands and connections unasked, programs, files of code.

    For a source distribution and its wheel: the wheel is ``new``, so that code is found that its source does not have.
    """
    before, after = study(old, bounds), study(new, bounds)
    yield from after.unread
    yield from _new_findings(before, after)
    yield from _new_acts(before, after)
    yield from _new_files(before, after)


def _new_findings(before: Behaviour, after: Behaviour) -> Iterator[Finding]:
    known = {found.rule.id for found in findings_of(before) if isinstance(found, Finding)}
    for found in findings_of(after):
        if (
            isinstance(found, Finding)
            and found.rule.id not in known
            and found.rule.severity >= Severity.MEDIUM
        ):
            said = (
                f"new since {before.package.version or 'the other form'}: {found.rule.id}: {found.evidence}"
            )
            yield Finding(
                rule=rules.DIFFERS, subject=after.package.ref, confidence=found.confidence,
                evidence=visible(said), where=found.where,
            )  # fmt: skip


def _new_acts(before: Behaviour, after: Behaviour) -> Iterator[Finding]:
    """Hooks, and what is done unasked by means that the other does not use."""
    hooks = {(hook.kind, hook.text) for hook in before.hooks}
    for hook in after.hooks:
        if hook.kind != "setup" and (hook.kind, hook.text) not in hooks:
            yield Finding(
                rule=rules.DIFFERS, subject=after.package.ref, confidence=0.7,
                evidence=visible(f"a new hook, {hook.kind}: {hook.text}"), where=after.package.where(hook.member, hook.line),
            )  # fmt: skip
    known = {effect.does for effect in before.effects if effect.trigger >= Trigger.IMPORT}
    told: set[str] = set()
    for effect in after.doing(
        "sends", "runs-command", "runs-code", "looks-up", "loads-native", least=Trigger.IMPORT
    ):
        if effect.does not in known | told and effect.layer == 0:
            told.add(effect.does)
            yield after.finding(
                rules.DIFFERS, effect, 0.6, f"new: {effect.api} {effect.does.replace('-', ' ')}"
            )


def _new_files(before: Behaviour, after: Behaviour) -> Iterator[Finding]:
    known = {_plain(member) for member in before.package.members}
    new = [
        member
        for member in after.package.members
        if member.endswith(_CODE) and _plain(member) not in known and not set(member.split("/")) & set(_ASIDE)
    ]
    for member in new[:_MOST]:
        native = member in after.natives
        rule = rules.DIFFERS if native and not before.natives else rules.DIFFERS_FILES
        said = "a program that was not there" if native else "a file of code that was not there"
        yield Finding(
            rule=rule,
            subject=after.package.ref,
            confidence=0.6,
            evidence=said,
            where=after.package.where(member),
        )


def _plain(member: str) -> str:
    """A path as source tree and wheel share it."""
    for top in ("src/", "lib/", "python/"):
        member = member.removeprefix(top)
    return member
