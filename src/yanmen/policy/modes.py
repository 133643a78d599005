"""Modes: what holds on top of the policy while an emergency, or a great day, lasts. A mode only ever makes stricter.

A mode is one YAML file: rules, defaults and fields like a policy's, and what a policy does not say: surfaces and origins that are
refused, limits, whose calls wait, what registrations come to. It says by itself when it begins: by schedule, or by triggers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta

from yanmen.core.config.limits import Allowance, allowance_data
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase, Ref
from yanmen.policy.globs import Names
from yanmen.policy.lines import Document, read
from yanmen.policy.schema import Glob, RuleName, RulesText, Section, checked

FOLDER = Path(__file__).parent / "policies" / "modes"
"""The modes that come with Yanmen."""
OWN = "modes"
"""The folder of a site's own modes, in its data folder."""
NORMAL = "normal"
"""What holds while no mode stands; it has no file."""
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}

Length = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,5}[smhd]$")]
"""A length of time: ``90s``, ``10m``, ``8h``, ``3d``."""
Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Date = Annotated[str, Meta(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Measure = Literal["attacks", "calls", "refused_share", "failed_share", "transport_refusals", "registrations"]
Priority = Literal["low", "normal", "high"]


def seconds(length: str) -> int:
    """How many seconds a length of time has."""
    return int(length[:-1]) * UNITS[length[-1]]


class Trigger(Section, frozen=True, kw_only=True):
    """Numbers at which the mode begins by itself, and those at which it ends: two, so that it does not flutter."""

    id: RuleName
    measure: Measure
    """Within ``over``: attacks that were refused, calls, the share of calls refused by policy or failed for want of the model,
    requests refused below HTTP, or sign-ups denied or challenged."""
    over: Length = "60s"
    enter: Annotated[float, Meta(gt=0)]
    """At this number or above …"""
    hold: Length = "30s"
    """… for so long, the mode begins."""
    leave: Annotated[float, Meta(ge=0)]
    """Below this number …"""
    rest: Length = "10m"
    """… for so long, it ends."""
    least: Annotated[int, Meta(ge=1)] = 50
    """Of a share: calls within ``over`` below which it says nothing."""


class Times(Section, frozen=True, kw_only=True):
    """When the mode holds by schedule: on these days, or from one date to another, between two times of day."""

    id: RuleName
    days: tuple[Day, ...] = ()
    """None: every day."""
    first: Date | None = None
    last: Date | None = None
    """The last day, whole."""
    start: Clock = "00:00"
    end: Clock = "00:00"
    """Up to this time of day; not after ``start``: of the next day."""
    zone: str = "UTC"
    """A time zone's name, e.g. ``Asia/Shanghai``."""


class Surfaces(Section, frozen=True, kw_only=True):
    """API surfaces that are switched off, by name or glob: ``images``, ``audio-*``."""

    refuse: tuple[Glob, ...] = ()


class Origins(Section, frozen=True, kw_only=True):
    """Who may call, by subject: ``country:KP``, ``network:tor``, ``asn:AS64500``, ``tenant:trial-*``, ``key:key_01…``."""

    refuse: tuple[Glob, ...] = ()
    only: tuple[Glob, ...] = ()
    """If there are any: only calls that concern one of these."""


class ModeLimits(Section, frozen=True, kw_only=True):
    """Limits for each key, user, team, tenant and model while the mode holds; of these and the usual ones the stricter counts."""

    key: Allowance = Allowance()
    user: Allowance = Allowance()
    team: Allowance = Allowance()
    tenant: Allowance = Allowance()
    model: Allowance = Allowance()


class Words(Section, frozen=True, kw_only=True):
    """What people read."""

    en: Annotated[str, Meta(min_length=1, max_length=400)]
    zh: Annotated[str, Meta(min_length=1, max_length=400)]

    @property
    def phrase(self) -> Phrase:
        """In both languages."""
        return Phrase(en=self.en, zh=self.zh)


class Work(Section, frozen=True, kw_only=True):
    """Proof of work that is asked of callers before they are let in."""

    bits: Annotated[int, Meta(ge=0, le=32)] = 0
    """How much, each bit doubles it; 0: none."""
    priorities: tuple[Priority, ...] = ("low", "normal", "high")
    """Of keys of these priorities."""


class ModeText(RulesText, frozen=True, kw_only=True):
    """A whole mode file."""

    mode: RuleName
    title: Words
    about: Words
    level: Annotated[int, Meta(ge=1, le=9)]
    """Of several modes that stand at once the highest level holds."""
    longest: Length = "8h"
    """How long a trigger's word stands without being renewed: it ends by itself if nobody is left to end it."""
    surfaces: Surfaces = Surfaces()
    origins: Origins = Origins()
    limits: ModeLimits = ModeLimits()
    registrations: Literal["allow", "challenge", "deny"] = "allow"
    """The least strict word on a registration."""
    shed: tuple[Priority, ...] = ()
    """Calls of keys of these priorities are told to come back later."""
    work: Work = Work()
    """Proof of work that callers are asked for."""
    triggers: Annotated[tuple[Trigger, ...], Meta(max_length=20)] = ()
    schedule: Annotated[tuple[Times, ...], Meta(max_length=50)] = ()
    drill: Annotated[str, Meta(pattern=r"^[a-z_]{1,40}$")] | None = None
    """A request field that the mode refuses and the policy does not: by it a drill sees whether the door obeys."""


class Refused(NamedTuple):
    """Why a mode refuses a call before anything of it is looked at."""

    rule: str
    """``mode.refuses-surface``, ``mode.refuses-origin`` or ``mode.sheds``."""
    what: str
    """The surface, subject or priority."""


class Mode:
    """A mode, ready to be asked."""

    def __init__(self, text: ModeText, document: Document, content: bytes) -> None:
        """Compile."""
        self.text, self.document = text, document
        self.name = text.mode
        self.level = text.level
        self.digest = hashlib.sha256(content).hexdigest()[:12]
        """Of the file's bytes."""
        self._surfaces = _names(text.surfaces.refuse)
        self._refused = _names(text.origins.refuse)
        self._only = _names(text.origins.only)
        self._shed = frozenset(text.shed)

    @property
    def limits(self) -> dict[str, object]:
        """The limits as a decision's terms carry them; empty where there are none."""
        said = {
            name: allowance_data(getattr(self.text.limits, name)) for name in ModeLimits.__struct_fields__
        }
        return {name: limits for name, limits in said.items() if limits}

    def bits(self, priority: str) -> int:
        """How much work a caller of a priority must prove; 0: none."""
        work = self.text.work
        return work.bits if priority in work.priorities else 0

    def refusal(self, surface: str, subjects: Sequence[Ref], priority: str) -> Refused | None:
        """Why a call is refused by its head alone; None: it is not."""
        if self._surfaces is not None and self._surfaces.match(surface):
            return Refused("mode.refuses-surface", surface)
        if self._refused is not None:
            for subject in subjects:
                if self._refused.match(str(subject)):
                    return Refused("mode.refuses-origin", str(subject))
        if self._only is not None and not any(self._only.match(str(one)) for one in subjects):
            return Refused("mode.refuses-origin", "only")
        return Refused("mode.sheds", priority) if priority in self._shed else None


def load(file: Path) -> Mode:
    """Read and check one mode file. Raises YanmenError with ``file:line``; the tests inside are not run."""
    document, content = read(file)
    text = checked(document, ModeText)
    _check(text, document)
    return Mode(text, document, content)


def files_in(folder: Path | None) -> tuple[Path, ...]:
    """The mode files of a folder, by name; none where there is no folder."""
    return tuple(sorted(folder.glob("*.yaml"))) if folder is not None else ()


def modes(files: Sequence[Path] = ()) -> Mapping[str, Mode]:
    """The modes that come with Yanmen and those of these files, by name, the strictest last; a file's takes the place of ours."""
    found = {mode.name: mode for mode in map(load, [*sorted(FOLDER.glob("*.yaml")), *files])}
    return dict(sorted(found.items(), key=lambda item: (item[1].level, item[0])))


def _check(text: ModeText, document: Document) -> None:
    """What would make a call pass that the policy stops has no place in a mode; nor has what cannot be kept."""
    if text.mode == NORMAL:
        raise _wrong(
            document,
            ("mode",),
            Phrase(en="a mode cannot be called normal", zh="模式不能命名为 normal"),
            Phrase(en="Normal is what holds while no mode stands.", zh="normal 指没有任何模式生效时的状态。"),
        )
    stricter = Phrase(
        en="A mode only makes stricter: say redact, challenge or block.",
        zh="模式只能收紧：请写 redact、challenge 或 block。",
    )
    for number, rule in enumerate(text.rules):
        if rule.then == "allow":
            said = Phrase(en=f"{rule.id}: a mode cannot allow", zh=f"{rule.id}：模式不能放行")
            raise _wrong(document, ("rules", number, "then"), said, stricter)
    if text.fields.passed:
        said = Phrase(en="a mode cannot pass fields", zh="模式不能放行字段")
        raise _wrong(document, ("fields", "pass"), said, stricter)
    for number, trigger in enumerate(text.triggers):
        if trigger.leave >= trigger.enter:
            raise _wrong(
                document,
                ("triggers", number, "leave"),
                Phrase(en=f"{trigger.id}: leave is not below enter", zh=f"{trigger.id}：leave 须小于 enter"),
                Phrase(en="Between the two nothing changes.", zh="两者之间为保持区间，状态不变。"),
            )
    for number, times in enumerate(text.schedule):
        _check_times(times, ("schedule", number), document)
    names = [*(one.id for one in text.triggers), *(one.id for one in text.schedule)]
    for name in names:
        if names.count(name) > 1:
            raise _wrong(
                document,
                (),
                Phrase(
                    en=f"two triggers or schedules are called {name}", zh=f"有两个触发条件或时间表名为 {name}"
                ),
                Phrase(en="Give each its own id.", zh="请为每个取不同的 id。"),
            )


def _check_times(times: Times, at: tuple[str | int, ...], document: Document) -> None:
    try:
        ZoneInfo(times.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _wrong(
            document,
            (*at, "zone"),
            Phrase(
                en=f"there is no time zone {times.zone[:60]!r}", zh=f"没有名为 {times.zone[:60]!r} 的时区"
            ),
            Phrase(en="Write for example Asia/Shanghai.", zh="例如写 Asia/Shanghai。"),
        ) from None
    if times.first and times.last and times.last < times.first:
        raise _wrong(
            document,
            (*at, "last"),
            Phrase(en="it ends before it begins", zh="结束日期早于开始日期"),
            Phrase(en="Put the later date into last.", zh="请把较晚的日期写在 last。"),
        )


def _wrong(document: Document, path: tuple[str | int, ...], message: Phrase, hint: Phrase) -> YanmenError:
    return YanmenError(message, where=document.where(path), hint=hint)


def _names(globs: Sequence[str]) -> Names | None:
    return Names(list(globs)) if globs else None
