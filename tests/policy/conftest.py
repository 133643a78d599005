"""Builders of findings, situations and policies, for every test of this room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.core.nouns import Decision, Finding, Phrase, Ref, Rule, Severity, Verdict, Where
from yanmen.policy import Policy, Situation

KEY = Ref(kind="key", id="key_1")
NOW = 1_000_000_000_000_000


def _rule(name: str, severity: Severity = Severity.HIGH, tags: tuple[str, ...] = ()) -> Rule:
    title = Phrase(en=f"Title of {name}", zh=f"{name} 的标题")
    return Rule(id=name, title=title, severity=severity, fix=Phrase(en="Mend it.", zh="请修复。"), tags=tags)


def _finding(
    name: str = "prompt.x",
    *,
    confidence: float = 1.0,
    severity: Severity = Severity.HIGH,
    part: str = "/messages/0/content",
    span: tuple[int, int] = (0, 4),
    evidence: str = "seen",
    tags: tuple[str, ...] = (),
) -> Finding:
    return Finding(
        rule=_rule(name, severity, tags),
        subject=Ref(kind="text", id="t"),
        confidence=confidence,
        evidence=evidence,
        where=Where(part=part, start=span[0], end=span[1]),
    )


def _situation(
    *,
    at: int = NOW,
    direction: str = "in",
    tenant: str = "default",
    subjects: tuple[Ref, ...] = (KEY, Ref(kind="tenant", id="default")),
    model: str = "m",
    shadow_until: int = 0,
) -> Situation:
    return Situation(
        at=at,
        subject=Ref(kind="call", id="call_1"),
        subjects=subjects,
        direction="out" if direction == "out" else "in",
        surface="chat",
        tenant=tenant,
        model=model,
        shadow_until=shadow_until,
    )


def _ban(
    subject: str = "key:key_1",
    *,
    lasts: int = 60,
    at: int = NOW,
    verdict: Verdict = Verdict.BLOCK,
    name: str = "dec_ban",
    shadow: bool = False,
) -> Decision:
    return Decision(
        id=name,
        at=at,
        subject=Ref.parse(subject),
        verdict=verdict,
        policy="operator",
        lasts=lasts,
        shadow=shadow,
    )


@pytest.fixture(scope="session")
def rule() -> Callable[..., Rule]:
    """Makes a catalogue rule."""
    return _rule


@pytest.fixture(scope="session")
def finding() -> Callable[..., Finding]:
    """Makes a finding; by default a sure, severe prompt attack with a place."""
    return _finding


@pytest.fixture(scope="session")
def situation() -> Callable[..., Situation]:
    """Makes a situation; by default key_1 of the default tenant, on the way in."""
    return _situation


@pytest.fixture(scope="session")
def ban() -> Callable[..., Decision]:
    """Makes a standing decision."""
    return _ban


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Writes a policy file; ``version: 1`` is put before the text."""

    def write(text: str, name: str = "policy.yaml") -> Path:
        file = tmp_path / name
        file.write_text(f"version: 1\n{text}", "utf-8")
        return file

    return write


@pytest.fixture
def policy(written: Callable[..., Path]) -> Callable[[str], Policy]:
    """Makes a policy of the text of one file."""
    return lambda text: Policy.load([written(text)])
