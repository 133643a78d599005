"""What a policy file may say. The structs are the schema; unknown keys are errors that name their line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from yanmen.core import foreign
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase, Severity, Verdict
from yanmen.policy.lines import Document, Steps, read
from yanmen.policy.situation import Direction

VerdictWord = Literal["allow", "redact", "challenge", "block"]
SeverityWord = Literal["info", "low", "medium", "high", "critical"]
FieldWord = Literal["pass", "strip", "refuse"]
"""What becomes of a request field: ``pass`` as it is, ``strip`` it silently, ``refuse`` the call."""

RuleName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")]
Glob = Annotated[str, Meta(min_length=1, max_length=200)]
Globs = Glob | Annotated[list[Glob], Meta(min_length=1, max_length=100)]
"""One pattern or several of which one must match: ``*`` any characters, ``?`` one, ``[ab]`` one of these."""
Share = Annotated[float, Meta(ge=0, le=1)]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping of a policy file."""


class When(Section, frozen=True, kw_only=True):
    """Conditions on a finding and its situation; each that is written must hold."""

    rule: Globs = "*"
    """The finding's rule id."""
    unexamined: Globs | None = None
    """The reason of a *could not judge*. A rule that says this looks at those only, never at findings."""
    severity: SeverityWord = "info"
    """At least this severe."""
    confidence: Share = 0.0
    """At least this sure."""
    direction: Direction | None = None
    part: Globs | None = None
    """JSON pointer into the call, e.g. ``/messages/*``."""
    tags: Globs | None = None
    """One of the rule's tags, e.g. ``owasp-llm:LLM01``."""
    level: Annotated[int, Meta(ge=0, le=6)] = 0
    """Data of at least this level (``level:3``): 1 to 4 general, 5 important, 6 core data."""
    tenant: Globs | None = None
    model: Globs | None = None
    key: Globs | None = None
    """Id of the caller's key."""
    surface: Globs | None = None
    country: Globs | None = None
    """Where the caller's address is from: ``DE``; nothing where it is not known."""
    asn: Globs | None = None
    """Its autonomous system: ``AS64496``."""
    network: Globs | None = None
    """A list of ``intel.networks`` that it is in: ``tor``."""


class RuleText(Section, frozen=True, kw_only=True):
    """One rule: what it takes up, and what then."""

    id: RuleName
    when: When
    unless: When | None = None
    """Not when these hold as well."""
    then: VerdictWord
    mask: bool = False
    """Of a redaction on the way in: a placeholder stands in its place, and the caller gets the value back in the answer."""
    shadow: bool = False
    """Only say what would have been."""
    note: str = ""
    """For people who read the file."""


class Defaults(Section, frozen=True, kw_only=True):
    """The verdict on a finding that no rule takes up, by its severity."""

    info: VerdictWord | None = None
    low: VerdictWord | None = None
    medium: VerdictWord | None = None
    high: VerdictWord | None = None
    critical: VerdictWord | None = None


class OnUnexamined(Section, frozen=True, kw_only=True, rename={"into": "in"}):
    """The verdict on what could not be judged and no rule takes up, by direction."""

    into: Literal["allow", "challenge", "block"] | None = None
    out: Literal["allow", "challenge", "block"] | None = None


class Fields(Section, frozen=True, kw_only=True, rename={"passed": "pass"}):
    """What becomes of request fields, by name or glob; ``a.b`` is the key ``b`` inside the field ``a``."""

    refuse: list[Glob] = []
    strip: list[Glob] = []
    passed: list[Glob] = []
    """Exceptions from ``refuse`` and ``strip``, and the list to keep when ``other`` is not ``pass``."""
    other: FieldWord | None = None
    """Fields in none of the lists."""


class Given(Section, frozen=True, kw_only=True):
    """One finding, or one thing unexamined, or one request field, for a test."""

    rule: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    unexamined: str | None = None
    field: str | None = None
    severity: SeverityWord = "high"
    confidence: Share = 1.0
    direction: Direction = "in"
    part: str = "/messages/0/content"
    span: bool = True
    """Whether the finding has a place that could be redacted."""
    tags: list[str] = []
    tenant: str = "default"
    model: str = "any"
    key: str = "key_test"
    surface: str = "chat"
    country: str = ""
    asn: str = ""
    network: list[str] = []


class TrialText(Section, frozen=True, kw_only=True):
    """A test inside a policy file: given this, expect that."""

    given: Given | Annotated[list[Given], Meta(min_length=1, max_length=20)]
    """Several: judged together, in the situation of the first."""
    expect: VerdictWord | FieldWord
    by: str | None = None
    """The rule that must have decided."""
    would: VerdictWord | None = None
    """What must have been said in shadow."""
    masked: bool | None = None
    """Whether every redaction must be a placeholder."""


class RulesText(Section, frozen=True, kw_only=True):
    """What a policy file and a mode file have in common."""

    version: Literal[1]
    rules: Annotated[list[RuleText], Meta(max_length=1000)] = []
    default: Defaults = Defaults()
    on_unexamined: OnUnexamined = OnUnexamined()
    fields: Fields = Fields()
    tests: Annotated[list[TrialText], Meta(max_length=5000)] = []


class PolicyText(RulesText, frozen=True, kw_only=True):
    """A whole policy file."""

    extends: Literal["default"] | None = None
    """Start from the built-in policy: a rule with the same id replaces the built-in one."""
    description: str = ""


Written = TypeVar("Written", bound=RulesText)


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A policy file as read: its values, their lines, its bytes."""

    text: PolicyText
    document: Document
    content: bytes


def load(file: Path) -> Loaded:
    """Read and check one file. Raises YanmenError with ``file:line``."""
    document, content = read(file)
    return Loaded(text=checked(document, PolicyText), document=document, content=content)


def checked(document: Document, kind: type[Written]) -> Written:
    """A file's values as what they should be. Raises YanmenError with ``file:line``."""
    try:
        text = msgspec.convert(document.tree, kind)
    except msgspec.ValidationError as error:
        message, path = _place(error)
        raise YanmenError(
            message,
            where=document.where(path),
            hint=Phrase(
                en="See docs/reference/policy.md for every name.",
                zh="全部名称见 docs/reference/policy.zh.md。",
            ),
        ) from error
    _check_names(text, document)
    return text


def verdict(word: VerdictWord) -> Verdict:
    """The verdict of a word."""
    return Verdict[word.upper()]


def severity(word: SeverityWord) -> Severity:
    """The severity of a word."""
    return Severity[word.upper()]


def _place(error: msgspec.ValidationError) -> tuple[Phrase, Steps]:
    """The message, and the way to the value."""
    message, path = foreign.validation(error)
    steps: list[str | int] = []
    for name, number in re.findall(r"\.([^.\[\]`]+)|\[(\d+)\]", path):
        steps.append(name or int(number))
    if unknown := re.search(r"unknown field `([^`]*)`", message.en):
        steps.append(unknown[1])
    return message, tuple(steps)


def _check_names(text: RulesText, document: Document) -> None:
    """Rule ids are distinct; a test gives something; a field is in one list only."""
    seen: set[str] = set()
    for number, rule in enumerate(text.rules):
        if rule.id in seen:
            where = document.where(("rules", number, "id"))
            raise YanmenError(
                Phrase(en=f"two rules are called {rule.id}", zh=f"有两条规则的 id 都是 {rule.id}"),
                where=where,
                hint=Phrase(en="Give each its own id.", zh="请为每条规则取不同的 id。"),
            )
        seen.add(rule.id)
        if rule.mask and rule.then != "redact":
            raise YanmenError(
                Phrase(
                    en=f"{rule.id}: only a redaction can mask", zh=f"{rule.id}：只有 redact 才能用占位符替换"
                ),
                where=document.where(("rules", number, "mask")),
                hint=Phrase(
                    en="Say `then: redact`, or leave `mask` out.", zh="请写 `then: redact`，或去掉 `mask`。"
                ),
            )
    for number, test in enumerate(text.tests):
        several = test.given if isinstance(test.given, list) else [test.given]
        if any([one.rule, one.unexamined, one.field].count(None) != 2 for one in several):  # noqa: PLR2004  # of three
            where = document.where(("tests", number, "given"))
            raise YanmenError(
                Phrase(
                    en="give one of rule, unexamined or field",
                    zh="rule、unexamined、field 三者须写且只写一个",
                ),
                where=where,
                hint=Phrase(en="Say what is found.", zh="请写明测试假定发现了什么。"),
            )
    lists = {"refuse": text.fields.refuse, "strip": text.fields.strip, "pass": text.fields.passed}
    listed: set[str] = set()
    for word, names in lists.items():
        for number, name in enumerate(names):
            if name in listed:
                where = document.where(("fields", word, number))
                raise YanmenError(
                    Phrase(en=f"the field {name} is listed twice", zh=f"字段 {name} 列了两次"),
                    where=where,
                    hint=Phrase(en="Keep one of the two.", zh="请只保留一处。"),
                )
            listed.add(name)
