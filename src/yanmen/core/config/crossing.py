"""What a type cannot say of a configuration: names in one section that another must have."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from yanmen.core.config.calls import Gateway, Upstream
from yanmen.core.config.supply import Supply
from yanmen.core.nouns import Phrase

DEFAULT = "default"
"""The name of ``[gateway.upstream]`` among the upstreams."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class Fault(NamedTuple):
    """Something that does not fit."""

    dotted: str
    """Where, by name."""
    what: Phrase
    """The error."""
    hint: Phrase
    """What to do about it."""


def upstreams(gateway: Gateway) -> dict[str, Upstream]:
    """Every upstream by name: the unnamed one too, where it has an address or there is no other."""
    named = dict(gateway.upstreams)
    if gateway.upstream.url or not named:
        named[DEFAULT] = gateway.upstream
    return named


def faults(gateway: Gateway) -> Iterator[Fault]:
    """What does not fit, in the order of the sections."""
    known = upstreams(gateway)
    for name, upstream in gateway.upstreams.items():
        yield from _upstream(f"gateway.upstreams.{name}", name, upstream)
    if DEFAULT in gateway.upstreams and gateway.upstream.url:
        what = Phrase(
            en="`[gateway.upstream]` has this name already", zh="`[gateway.upstream]` 已占用这个名称"
        )
        hint = Phrase(en="Give it another name.", zh="请换一个名称。")
        yield Fault(f"gateway.upstreams.{DEFAULT}", what, hint)
    for alias, model in gateway.models.items():
        place = f"gateway.models.{alias}"
        named = {"upstreams": model.upstreams, "fallback": model.fallback}
        yield from _names(place, {**named, "weights": model.weights, "names": model.names}, known)
        for who in (*model.upstreams, *model.fallback):
            asked = model.names.get(who) or model.model or alias
            if who in known and not serves(known[who], asked):
                yield _unserved(f"{place}.upstreams", who, asked)
    for name, route in gateway.routes.items():
        place = f"gateway.routes.{name}"
        yield from _names(
            place,
            {"upstreams": route.upstreams, "fallback": route.fallback, "weights": route.weights},
            known,
        )
        if not route.upstreams:
            what = Phrase(en="this route leads nowhere", zh="这条路由没有指向任何上游")
            yield Fault(place, what, Phrase(en="Name its `upstreams`.", zh="请填写 `upstreams`。"))


def serves(upstream: Upstream, model: str) -> bool:
    """Whether an upstream serves a model, by the name that it knows."""
    return not upstream.models or any(fnmatchcase(model, pattern) for pattern in upstream.models)


def _upstream(place: str, name: str, upstream: Upstream) -> Iterator[Fault]:
    if not _NAME.fullmatch(name):
        what = Phrase(en=f"`{name}` cannot name an upstream", zh=f"`{name}` 不能用作上游名称")
        hint = Phrase(
            en="Up to 40 small letters, digits, `-` and `_`.",
            zh="名称限 40 个字符以内，仅用小写字母、数字、`-` 和 `_`。",
        )
        yield Fault(place, what, hint)
    if not upstream.url:
        what = Phrase(en="an upstream needs a `url`", zh="上游缺少 `url`")
        hint = Phrase(
            en="Write the endpoint's base path, e.g. https://model.example/v1.",
            zh="请写端点的基础路径，例如 https://model.example/v1。",
        )
        yield Fault(place, what, hint)


def _names(place: str, given: Mapping[str, Iterable[str]], known: Mapping[str, Upstream]) -> Iterator[Fault]:
    there = ", ".join(sorted(known))
    for field, names in given.items():
        for name in names:
            if name not in known:
                what = Phrase(en=f"there is no upstream `{name}`", zh=f"没有名为 `{name}` 的上游")
                hint = Phrase(en=f"There are: {there}.", zh=f"现有上游：{there}。")
                yield Fault(f"{place}.{field}", what, hint)


def _unserved(place: str, who: str, model: str) -> Fault:
    return Fault(
        place,
        Phrase(en=f"`{who}` does not serve `{model}`", zh=f"上游 `{who}` 不提供 `{model}`"),
        Phrase(
            en=f"Add it to `models` of `[gateway.upstreams.{who}]`, or name another upstream.",
            zh=f"请在 `[gateway.upstreams.{who}]` 的 `models` 中加上它，或换一个上游。",
        ),
    )


def unanswered(supply: Supply) -> Iterator[Fault]:
    """What is accepted unchecked with nobody to answer for it, or without end."""
    if not supply.accept_unchecked:
        return
    if not supply.accepted_by:
        what = Phrase(en="nobody answers for what is accepted unchecked", zh="免检内容没有负责人")
        hint = Phrase(
            en='Name a person or a team: accepted_by = "platform team".',
            zh='请写明负责人或团队：accepted_by = "平台组"。',
        )
        yield Fault("supply.accepted_by", what, hint)
    try:
        dt.date.fromisoformat(supply.accepted_until)
    except ValueError:
        what = Phrase(en="what is accepted unchecked needs a last day", zh="免检内容必须写明截止日期")
        hint = Phrase(
            en='Say it as accepted_until = "2027-01-31".', zh='写法：accepted_until = "2027-01-31"。'
        )
        yield Fault("supply.accepted_until", what, hint)
