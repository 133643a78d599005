"""The scheme of harmful content: five classes, thirty-one risks, and what is measured of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
import yaml

from yanmen.core.nouns import Phrase, Rule, Severity

FILE = Path(__file__).parent / "scheme.yaml"


class Risk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One risk of the standard's appendix."""

    id: str
    en: str
    zh: str
    measured: bool
    """Whether there were labelled rows enough to say how well it is found; if not, keywords alone find it."""


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One class of risks."""

    id: str
    slug: str
    title: Phrase
    severity: str
    risks: list[Risk]


class Scheme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All classes."""

    verified: str
    """Where the names come from: ``secondary`` is not the standard itself."""
    classes: list[Kind]


@cache
def scheme() -> Scheme:
    """The scheme that comes with Yanmen."""
    return msgspec.convert(yaml.safe_load(FILE.read_text("utf-8")), Scheme)


_FIX = Phrase(
    en="Look at what was asked and answered; say per class in the policy what becomes of it, and show those in need where to turn.",
    zh="请核查提问与回答，在策略中按类别设定处置方式；如涉及身处困境的人，请提供求助渠道。",
)


def _rule(kind: Kind, slug: str, en: str, zh: str) -> Rule:
    return Rule(
        id=f"content.{slug}",
        title=Phrase(en=f"{en}: {kind.title.en}", zh=f"{zh}：{kind.title.zh}"),
        severity=Severity[kind.severity.upper()],
        fix=_FIX,
        tags=("class:content", f"tc260:{kind.id}"),
    )


@cache
def judged() -> dict[str, Rule]:
    """By class, the rule of what the model finds; only of classes of which a risk is measured."""
    return {
        kind.id: _rule(kind, kind.slug, "Harmful content", "有害内容")
        for kind in scheme().classes
        if any(risk.measured for risk in kind.risks)
    }


@cache
def named() -> dict[str, Rule]:
    """By class, the rule of what keyword banks find."""
    return {
        kind.id: _rule(kind, f"keyword-{kind.slug}", "A listed word", "词库命中") for kind in scheme().classes
    }
