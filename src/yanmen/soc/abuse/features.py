"""What is counted of one caller in a quarter of an hour, and the numbers that are compared. Bounded; no text, only counts."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from yanmen.core.clock import SECOND
from yanmen.core.nouns import Phrase

WINDOW = 900 * SECOND
"""A quarter of an hour."""
LONG = 400
"""Tokens of a long answer."""
NETWORKS = 16
"""Networks of a window that are told apart."""
ENOUGH = 5
"""Calls below which shares and sizes say nothing, and are not compared."""
GAPS = 8
"""Pauses between calls below which nothing is said of their rhythm."""
_MOST = 1e9


class Window(msgspec.Struct, array_like=True):
    """Counts of one quarter of an hour."""

    began: int
    calls: float = 0.0
    tokens_in: float = 0.0
    tokens_out: float = 0.0
    long: float = 0.0
    failed: float = 0.0
    refused: float = 0.0
    texts: float = 0.0
    """Of all calls: more than two each are a conversation."""
    compared: float = 0.0
    """Prompts whose sketches were compared with those before."""
    same: float = 0.0
    """… that were the same but for numbers."""
    alike: float = 0.0
    """… that were built alike with other contents: a template with changing slots."""
    gaps: float = 0.0
    gap_sum: float = 0.0
    """Of the logarithms of the pauses between calls."""
    gap_squares: float = 0.0
    networks: list[int] = msgspec.field(default_factory=list)

    def add(self, data: Mapping[str, Any], kind: str, gap: float, network: int) -> None:
        """One call, so many seconds after the one before (less than 0: there was none)."""
        out = number(data.get("tokens_out"))
        many = max(1.0, number(data.get("count")))
        self.calls += many
        self.tokens_in += number(data.get("tokens_in"))
        self.tokens_out += out
        self.long += out >= LONG
        self.texts += number(data.get("texts"))
        stopped = kind in {"call.refused", "call.stopped"}
        self.refused += many * stopped
        self.failed += not stopped and (kind == "call.failed" or number(data.get("status")) >= 400)  # noqa: PLR2004
        if gap >= 0:
            said = math.log2(0.05 + gap)
            self.gaps += 1
            self.gap_sum += said
            self.gap_squares += said * said
        if network and network not in self.networks and len(self.networks) < NETWORKS:
            self.networks.append(network)


class Feature(NamedTuple):
    """One number that is compared with what is usual."""

    name: str
    family: str
    """What moves together for one reason counts once."""
    words: Phrase
    of: Callable[[Window], float | None]
    """On a scale on which steps are alike; None where too little is known."""
    shown: Callable[[float], str]
    """Back on the scale that people read."""
    mean: float
    spread: float
    """What is taken for usual before anything was seen; spread: standard deviation between callers."""
    least: float
    """A caller's own deviation is never taken for less: smaller steps are chance."""
    up_only: bool = True


def number(value: Any) -> float:
    """A count as an event says it; 0 for what is none."""
    return float(value) if isinstance(value, int | float) and 0 <= value < _MOST else 0.0


def _each(of: Callable[[Window], float]) -> Callable[[Window], float | None]:
    """A size a call."""
    return lambda window: math.log2(1.0 + of(window) / window.calls) if window.calls >= ENOUGH else None


def _share(
    of: Callable[[Window], float], among: Callable[[Window], float]
) -> Callable[[Window], float | None]:
    """A share as an angle (arcsine), so that chance moves it alike wherever it is."""

    def angle(window: Window) -> float | None:
        whole = among(window)
        return math.asin(math.sqrt(min(1.0, of(window) / whole))) if whole >= ENOUGH else None

    return angle


def _rhythm(window: Window) -> float | None:
    """How alike the pauses between calls are: the less they spread, the more."""
    if window.gaps < GAPS:
        return None
    mean = window.gap_sum / window.gaps
    return -math.log2(0.05 + math.sqrt(max(0.0, window.gap_squares / window.gaps - mean * mean)))


def _count(value: float) -> str:
    return f"{max(0.0, 2.0**value - 1.0):.0f}"


def _percent(value: float) -> str:
    return f"{math.sin(max(0.0, min(math.pi / 2, value))) ** 2:.0%}"


def _pauses(value: float) -> str:
    return f"{2.0**-value:.2f}"


FEATURES = (
    Feature(
        "calls",
        "volume",
        Phrase(en="calls in 15 min", zh="15 分钟调用数"),
        lambda window: math.log2(1.0 + window.calls),
        _count,
        3.0,
        2.0,
        0.8,
    ),
    Feature(
        "tokens",
        "volume",
        Phrase(en="tokens of answers in 15 min", zh="15 分钟回答 token 数"),
        lambda window: math.log2(1.0 + window.tokens_out),
        _count,
        10.0,
        3.0,
        1.0,
    ),
    Feature(
        "asked",
        "sizes",
        Phrase(en="tokens of a prompt", zh="单次提示 token 数"),
        _each(lambda window: window.tokens_in),
        _count,
        8.0,
        2.0,
        0.5,
        up_only=False,
    ),
    Feature(
        "answered",
        "sizes",
        Phrase(en="tokens of an answer", zh="单次回答 token 数"),
        _each(lambda window: window.tokens_out),
        _count,
        7.0,
        1.5,
        0.5,
        up_only=False,
    ),
    Feature(
        "errors",
        "errors",
        Phrase(en="failed calls", zh="失败调用占比"),
        _share(lambda window: window.failed, lambda window: window.calls),
        _percent,
        0.1,
        0.15,
        0.12,
    ),
    Feature(
        "refusals",
        "refusals",
        Phrase(en="refused calls", zh="被拒调用占比"),
        _share(lambda window: window.refused, lambda window: window.calls),
        _percent,
        0.05,
        0.12,
        0.12,
    ),
    Feature(
        "same",
        "repetition",
        Phrase(en="prompts that differ in numbers only", zh="仅编号不同的提示占比"),
        _share(lambda window: window.same, lambda window: window.compared),
        _percent,
        0.1,
        0.25,
        0.12,
    ),
    Feature(
        "alike",
        "repetition",
        Phrase(en="prompts of one template", zh="同一模板的提示占比"),
        _share(lambda window: window.alike, lambda window: window.compared),
        _percent,
        0.4,
        0.5,
        0.12,
    ),
    Feature(
        "texts",
        "conversation",
        Phrase(en="texts a call", zh="每次调用的文本数"),
        _each(lambda window: window.texts),
        _count,
        2.0,
        1.0,
        0.4,
        up_only=False,
    ),
    Feature(
        "rhythm",
        "rhythm",
        Phrase(en="spread of pauses (0: a machine)", zh="调用间隔离散度（越接近 0 越像程序）"),
        _rhythm,
        _pauses,
        -1.0,
        0.8,
        0.4,
    ),
    Feature(
        "networks",
        "networks",
        Phrase(en="networks at once", zh="同时使用的网段数"),
        lambda window: math.log2(1.0 + len(window.networks)) if window.networks else None,
        _count,
        1.2,
        0.6,
        0.5,
    ),
)
"""Everything that is compared. The figures were chosen, not fitted: what was seen takes their place after some hours."""
HOUR = Feature(
    "hour",
    "time",
    Phrase(en="share of calls at this hour so far", zh="该时段历史调用占比"),
    lambda _: None,
    lambda value: f"{2.0**-value:.1%}",
    4.6,
    1.0,
    0.8,
)
"""How unusual the hour of the day is; of the caller's own hours, not of a window."""
ALL = (*FEATURES, HOUR)
_BY_NAME = {one.name: one for one in ALL}
_CHINESE = (
    (re.compile(r"\bcountry (\S+ → )"), r"国家或地区 \1"),
    (re.compile(r"\bsystem (\S+ → )"), r"网络 \1"),
    (re.compile(r"\bclient (.+? → )"), r"客户端 \1"),
    (re.compile(r"\bwithin an hour (\S+ → )"), r"一小时内 \1"),
    (
        re.compile(r"(\d+) calls, (\d+) tokens of answers, (\d+%) same, (\d+%) of one template"),
        r"调用 \1 次，回答 \2 token，仅编号不同 \3，同一模板 \4",
    ),
    (re.compile("; "), "；"),
)
"""The words of evidence in Chinese; the record has them in English."""
_MOVED = re.compile(r"\b([a-z]+) ([\d.%]+) \(([\d.%]+)\.\.([\d.%]+), ([+-][\d.]+)\)")


def measured(window: Window) -> list[float | None]:
    """The numbers of a window, in the order of FEATURES."""
    return [one.of(window) for one in FEATURES]


def explained(evidence: str) -> Phrase:
    """Evidence as it stands in the record, with its features in words: what moved, what is usual, by how many deviations."""

    def english(found: re.Match[str]) -> str:
        feature = _BY_NAME.get(found[1])
        name = feature.words.en if feature else found[1]
        return f"{name}: {found[2]} (usually {found[3]} to {found[4]}, {found[5]} deviations)"

    def chinese(found: re.Match[str]) -> str:
        feature = _BY_NAME.get(found[1])
        name = feature.words.zh if feature else found[1]
        return f"{name}：{found[2]}（通常 {found[3]} 至 {found[4]}，偏离 {found[5]} 个标准差）"

    told = _MOVED.sub(chinese, evidence)
    for pattern, words in _CHINESE:
        told = pattern.sub(words, told)
    return Phrase(en=_MOVED.sub(english, evidence), zh=told)
