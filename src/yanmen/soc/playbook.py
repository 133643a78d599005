"""Playbooks as they are written: a trigger, an approval, steps, and tests of their own. Data and patterns; no code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from yanmen.core import foreign
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Incident, Noun, Phrase, Severity
from yanmen.policy.globs import Names
from yanmen.policy.lines import Document, read
from yanmen.soc.context import acts
from yanmen.soc.facts import Facts, facts_of

FOLDER = Path(__file__).parent / "playbooks"
STEPS = 20
"""Most steps of one playbook."""

Word = Literal["info", "low", "medium", "high", "critical"]
Answer = Literal["automatic", "ask", "nothing"]
"""What becomes of an incident: the steps are done at once, or a person is asked, or the playbook does not apply."""

_NAME = re.compile(r"\{([^{}]*)\}")


class Trigger(Noun, frozen=True):
    """Which incidents a playbook is for: all of these must hold."""

    cause: str | tuple[str, ...]
    """Patterns of causes, e.g. ``key.leaked/*``."""
    severity: Word = "info"
    """At least."""
    at_least: dict[Literal["seen", "peak"], int] = msgspec.field(default_factory=dict)
    """Facts and their least numbers: signs in all, or attacks within ten minutes."""


class Step(Noun, frozen=True):
    """One act, with its arguments as templates."""

    step: str
    """Its name within the playbook; a run is known by it, so it is not renamed."""
    act: str
    args: dict[str, Any] = msgspec.field(default_factory=dict)


class Given(Noun, frozen=True):
    """A test's incident."""

    cause: str
    severity: Word
    facts: Facts = Facts()


class Test(Noun, frozen=True):
    """What the playbook must answer for an incident, and arguments its steps must then have."""

    name: str
    given: Given
    then: Answer
    args: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)


class Playbook(Noun, frozen=True, kw_only=True):
    """What is done about which incidents."""

    playbook: str
    title: Phrase
    trigger: Trigger
    approval: Literal["automatic", "ask"]
    automatic_from: Word | None = None
    """Of those that ask: from this severity on, nobody is waited for."""
    steps: tuple[Step, ...]
    tests: tuple[Test, ...]

    def answer(self, incident: Incident) -> Answer:
        """What becomes of an incident."""
        facts = facts_of(incident)
        trigger = self.trigger
        if not (
            Names(trigger.cause).match(incident.cause)
            and incident.severity >= _severity(trigger.severity)
            and all(getattr(facts, name) >= least for name, least in trigger.at_least.items())
        ):
            return "nothing"
        if self.automatic_from is not None and incident.severity >= _severity(self.automatic_from):
            return "automatic"
        return self.approval


def names(incident: Incident) -> dict[str, str]:
    """Every name a template may use, and what it stands for in an incident. There are no others."""
    facts = facts_of(incident)
    return {
        "incident": incident.id,
        "cause": incident.cause,
        "severity": incident.severity.word,
        "subject": facts.subject,
        "seen": str(facts.seen),
        "title_en": incident.title.en,
        "title_zh": incident.title.zh,
        "summary_en": incident.summary.en,
        "summary_zh": incident.summary.zh,
    }


def filled(args: Any, values: Mapping[str, str]) -> Any:
    """The arguments with each ``{name}`` replaced, once: what is put in is not looked at again."""
    if isinstance(args, str):
        return _NAME.sub(lambda found: values[found[1]], args)
    if isinstance(args, dict):
        return {key: filled(value, values) for key, value in args.items()}
    if isinstance(args, list | tuple):
        return [filled(value, values) for value in args]
    return args


@cache
def built_in() -> tuple[Playbook, ...]:
    """The playbooks that come with Yanmen, by name."""
    return load(tuple(sorted(FOLDER.glob("*.yaml"))))


def in_force(folder: Path) -> tuple[Playbook, ...]:
    """The playbooks of an installation, by name: the built-in ones and those in ``playbooks/`` of its data folder.

    One of a built-in's name stands in its place. Raises YanmenError with ``file:line`` for a bad file.
    """
    files = sorted((folder / "playbooks").glob("*.yaml"))
    own = _read_once(tuple((file, file.stat().st_mtime_ns) for file in files))
    books = {book.playbook: book for book in (*built_in(), *own)}
    return tuple(book for _, book in sorted(books.items()))


def load(files: Sequence[Path]) -> tuple[Playbook, ...]:
    """Read playbooks and run their tests; YanmenError with ``file:line`` for whatever is wrong."""
    books: dict[str, Playbook] = {}
    for file in files:
        document, _ = read(file)
        book = _converted(document)
        if book.playbook in books:
            raise _wrong(
                document,
                ("playbook",),
                Phrase(en=f"two playbooks are called {book.playbook}", zh=f"有两个剧本都叫 {book.playbook}"),
            )
        _check(document, book)
        books[book.playbook] = book
    return tuple(books.values())


def named(books: Sequence[Playbook], name: str) -> Playbook:
    """The playbook of a name; YanmenError when there is none."""
    for book in books:
        if book.playbook == name:
            return book
    there = ", ".join(book.playbook for book in books)
    raise YanmenError(
        Phrase(en=f"there is no playbook {name}", zh=f"没有剧本 {name}"),
        hint=Phrase(en=f"There are: {there}.", zh=f"现有剧本：{there}。"),
    )


@lru_cache(maxsize=16)
def _read_once(files: tuple[tuple[Path, int], ...]) -> tuple[Playbook, ...]:
    """Files by path and time of change, so that an unchanged one is not read again."""
    return load([file for file, _ in files])


def _converted(document: Document) -> Playbook:
    try:
        return msgspec.convert(document.tree, Playbook, strict=True)
    except msgspec.ValidationError as error:
        message, place = foreign.validation(error)
        raise _wrong(document, _steps(place), message) from error


def _check(document: Document, book: Playbook) -> None:
    """The steps name acts and arguments there are; the tests hold."""
    if not book.tests or not 1 <= len(book.steps) <= STEPS:
        said = Phrase(
            en=f"a playbook has 1 to {STEPS} steps, and tests", zh=f"剧本须有 1 到 {STEPS} 个步骤，并附测试"
        )
        raise _wrong(document, (), said)
    if len({step.step for step in book.steps}) != len(book.steps):
        raise _wrong(document, ("steps",), Phrase(en="two steps have one name", zh="有两个步骤同名"))
    sample = names(_incident(Given(cause="a/b:c", severity="low", facts=Facts(subject="key:key_1"))))
    for number, step in enumerate(book.steps):
        path = ("steps", number)
        act = acts().get(step.act)
        if act is None:
            there = ", ".join(acts())
            said = Phrase(
                en=f"there is no act {step.act}; there are: {there}", zh=f"没有动作 {step.act}；现有：{there}"
            )
            raise _wrong(document, (*path, "act"), said)
        try:
            asked = filled(step.args, sample)
        except KeyError as error:
            there = ", ".join(sample)
            said = Phrase(
                en=f"no such name: {error}; there are: {there}", zh=f"没有名称 {error}；现有：{there}"
            )
            raise _wrong(document, (*path, "args"), said) from error
        form = getattr(act, "Arguments", None)
        if form is not None:
            try:
                msgspec.convert(asked, form)
            except msgspec.ValidationError as error:
                message, place = foreign.validation(error)
                raise _wrong(document, (*path, "args", *_steps(place)), message) from error
    for number, test in enumerate(book.tests):
        _try(document, book, test, ("tests", number))


def _try(document: Document, book: Playbook, test: Test, path: tuple[str | int, ...]) -> None:
    """One test inside a playbook."""
    incident = _incident(test.given)
    answer = book.answer(incident)
    if answer != test.then:
        said = Phrase(
            en=f"test {test.name!r} fails: {answer}, not {test.then}",
            zh=f"测试 {test.name!r} 未通过：结果是 {answer}，不是 {test.then}",
        )
        raise _wrong(document, path, said)
    asked = {step.step: filled(step.args, names(incident)) for step in book.steps}
    for step, expected in test.args.items():
        got = {name: asked.get(step, {}).get(name) for name in expected}
        if got != expected:
            said = Phrase(
                en=f"test {test.name!r} fails: step {step} has {got}, not {expected}",
                zh=f"测试 {test.name!r} 未通过：步骤 {step} 的参数是 {got}，不是 {expected}",
            )
            raise _wrong(document, path, said)


def _incident(given: Given) -> Incident:
    return Incident(
        id="inc_test",
        opened=0,
        status="open",
        severity=_severity(given.severity),
        cause=given.cause,
        title=Phrase(en="title", zh="标题"),
        facts=msgspec.to_builtins(given.facts),
    )


def _severity(word: Word) -> Severity:
    return Severity[word.upper()]


def _steps(place: str) -> tuple[str | int, ...]:
    """The way to a value, of ``$.steps[0].args``."""
    return tuple(int(word) if word.isdigit() else word for word in re.findall(r"\w+", place))


def _wrong(document: Document, path: tuple[str | int, ...], message: Phrase) -> YanmenError:
    hint = Phrase(en="See docs/howto/write-a-playbook.md.", zh="请参阅 docs/howto/write-a-playbook.zh.md。")
    return YanmenError(message, where=document.where(path), hint=hint)
