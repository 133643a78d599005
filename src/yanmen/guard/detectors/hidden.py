"""Text that the model reads and a person does not see, or sees otherwise than it is."""

from __future__ import annotations

import re

from yanmen.core.nouns import Phrase, Rule, Severity
from yanmen.core.redaction import visible
from yanmen.guard.detector import SpanDetector
from yanmen.guard.spans import HARMLESS, Claim, Harmless, Pattern

_TAGS = ("owasp-llm:LLM01", "atlas:AML.T0051.001", "atlas:AML.T0068")
_FIX = Phrase(
    en="Remove the unseen characters and look at what is left; ask where the text came from.",
    zh="清除不可见字符后再查看剩余内容，并查清文本来源。",
)


def _rule(slug: str, en: str, zh: str, severity: Severity, *more: str) -> Rule:
    return Rule(
        id=f"text.hidden-{slug}",
        title=Phrase(en=en, zh=zh),
        severity=severity,
        fix=_FIX,
        tags=(*_TAGS, *more),
    )


TAGS = _rule(
    "tags", "Text written in invisible tag characters", "用不可见的标签字符写成的文字", Severity.CRITICAL
)
SELECTORS = _rule("selectors", "Bytes hidden in variation selectors", "藏在异体选择符中的数据", Severity.HIGH)
JOINERS = _rule(
    "joiners", "Zero-width characters inside words, or runs of them", "词内或成串的零宽字符", Severity.MEDIUM
)
BIDI = _rule(
    "bidi",
    "Direction marks that show text in another order than it has",
    "用方向控制符改变文字显示顺序",
    Severity.HIGH,
    "cve:2021-42574",
)
CONTROLS = _rule("controls", "Control characters", "控制字符", Severity.LOW, "cwe:150")
TERMINAL = _rule(
    "terminal",
    "Terminal sequences that move the cursor or conceal text",
    "移动光标或隐藏文字的终端控制序列",
    Severity.MEDIUM,
    "cwe:150",
)

_TAG = r"[\x{e0000}-\x{e007f}]"
_ZERO = r"[\x{200b}-\x{200d}\x{2060}-\x{2064}\x{206a}-\x{206f}\x{feff}\x{00ad}\x{034f}\x{115f}\x{1160}\x{3164}\x{ffa0}\x{180e}]"
_SELECTOR = r"[\x{fe00}-\x{fe0f}\x{e0100}-\x{e01ef}]"
_NOT_RTL = r"[^\x{590}-\x{8ff}\x{fb1d}-\x{fdff}\x{fe70}-\x{fefc}\n\x{202a}-\x{202e}\x{2066}-\x{2069}]"
_SUBDIVISION = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
_MORE = 0xE0100
"""The first of the further variation selectors."""
_MANY = 3
_CLEARLY = 8


def tags(matched: str) -> Claim | Harmless:
    """What the tag characters say; the flag of a region is written with them, too."""
    if _SUBDIVISION.fullmatch(matched):
        return HARMLESS
    said = "".join(chr(ord(one) - 0xE0000) for one in matched if one >= "\U000e0020")
    return Claim(visible(f"{len(matched)} tag characters: {said}"))


def selectors(matched: str) -> Claim:
    """The bytes that variation selectors stand for: the first 16 for 0 to 15, the others for 16 to 255."""
    codes = [ord(one) for one in matched]
    data = bytes(
        code - 0xFE00 if code < _MORE else code - 0xE0100 + 16 for code in codes if code in _SELECTOR_CODES
    )
    return Claim(visible(f"{len(data)} bytes in variation selectors: {data.decode('utf-8', 'replace')}"))


_SELECTOR_CODES = frozenset([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])


def run(matched: str) -> Claim:
    """A run of zero-width characters: eight and more carry something."""
    return Claim(
        visible(f"{len(matched)} zero-width characters: {matched[:4]}"),
        None,
        0.9 if len(matched) >= _CLEARLY else 0.6,
    )


def inside(matched: str) -> Claim:
    """Zero-width characters between letters: one may be a leftover, more are meant to hide the word."""
    joiners = sum(not character.isalpha() for character in matched)
    return Claim(visible(matched), None, 0.85 if joiners >= _MANY else 0.4)


def bidi(matched: str) -> Claim:
    """Direction marks, written out."""
    return Claim(visible(matched))


def controls(matched: str) -> Claim:
    """Control characters, written out."""
    return Claim(visible(matched), None, 0.8 if matched.count("\b") >= _MANY else 0.4)


def terminal(matched: str) -> Claim | Harmless:
    """A terminal sequence; colours are harmless, unless they conceal."""
    if matched.endswith("m") and "8" not in matched[2:-1].split(";"):
        return HARMLESS
    return Claim(visible(matched))


_PATTERNS = (
    Pattern(TAGS, rf"\x{{1f3f4}}{_TAG}{{1,8}}|{_TAG}{{1,250}}", confidence=0.95, check=tags),
    Pattern(SELECTORS, rf"{_SELECTOR}{{2,250}}", confidence=0.95, check=selectors),
    Pattern(
        SELECTORS,
        rf"{_SELECTOR}(?:[A-Za-z .,;]{_SELECTOR}){{2,119}}",
        confidence=0.9,
        check=selectors,
        after="[A-Za-z .,;]",
    ),
    Pattern(JOINERS, rf"{_ZERO}{{3,250}}", confidence=0.6, check=run),
    Pattern(
        JOINERS, rf"(?:{_ZERO}{{1,2}}[A-Za-z]{{1,3}}){{1,40}}", confidence=0.4, check=inside, after="[A-Za-z]"
    ),
    Pattern(BIDI, r"[\x{202d}\x{202e}]", confidence=0.85, check=bidi),
    Pattern(
        BIDI,
        rf"[\x{{202b}}\x{{2067}}]{_NOT_RTL}{{1,100}}[\x{{202c}}\x{{2069}}\n]",
        confidence=0.8,
        check=bidi,
    ),
    Pattern(BIDI, r"[\x{202a}\x{202b}\x{2066}-\x{2068}]{2,20}", confidence=0.6, check=bidi),
    Pattern(
        CONTROLS,
        r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\x{80}-\x{84}\x{86}-\x{9f}]{1,60}",
        confidence=0.4,
        check=controls,
    ),
    Pattern(
        TERMINAL,
        r"\x1b(?:\[[0-9;?]{0,16}[A-Za-z]|\][^\x07\x1b\n]{0,120}(?:\x07|\x1b\\)|[()#%][0-9A-Za-z]|[=>A-OQ-Z78])",
        confidence=0.6,
        check=terminal,
    ),
)


class HiddenText(SpanDetector):
    """Finds text that is not shown. Joiners of emoji, Persian and Indic, byte-order marks and RTL text are in order."""

    rules = (TAGS, SELECTORS, JOINERS, BIDI, CONTROLS, TERMINAL)

    def patterns(self) -> tuple[Pattern, ...]:
        """The patterns of each kind of unseen character."""
        return _PATTERNS
