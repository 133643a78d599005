"""Mutations of a text: what people mistype, and what attackers do so that a text is read and not recognised.

Each is a pure function `(text, rng) -> text`. They are applied to attacks and to benign text alike, so that no
disguise is by itself a reason to call something an attack.
"""

from __future__ import annotations

import base64
import codecs
import random
from collections.abc import Callable, Mapping
from typing import Final

from training.prompt.grammar import tables

Mutation = Callable[[str, random.Random], str]


def _sometimes(text: str, rng: random.Random, share: float, change: Callable[[str], str]) -> str:
    """Change each character with the probability `share`."""
    return "".join(change(sign) if rng.random() < share else sign for sign in text)


def upper(text: str, rng: random.Random) -> str:
    """All capitals, or those of the first sentence only."""
    if rng.random() < 0.5:  # noqa: PLR2004
        return text.upper()
    head, dot, tail = text.partition(".")
    return head.upper() + dot + tail


def mixed_case(text: str, rng: random.Random) -> str:
    """CaPiTaLs at random."""
    return _sometimes(text, rng, 0.4, str.swapcase)


def lower(text: str, rng: random.Random) -> str:
    """No capitals, and no full stop at the end, as in a chat."""
    del rng
    return text.lower().rstrip(".。")


def typos(text: str, rng: random.Random) -> str:
    """Neighbouring Latin letters swapped, dropped or doubled in some words."""
    signs = list(text)
    for i in range(1, len(signs) - 2):
        if signs[i].isascii() and signs[i].isalpha() and signs[i + 1].isalpha() and rng.random() < 0.04:  # noqa: PLR2004
            kind = rng.randrange(3)
            if kind == 0:
                signs[i], signs[i + 1] = signs[i + 1], signs[i]
            else:
                signs[i] = "" if kind == 1 else signs[i] * 2
    return "".join(signs)


def sound_alikes(text: str, rng: random.Random) -> str:
    """Chinese characters replaced by others of the same sound."""
    return _sometimes(text, rng, 0.7, lambda sign: rng.choice(tables.SOUNDS.get(sign, sign)))


def spaced(text: str, rng: random.Random) -> str:
    """A space, dot, star or hyphen between the characters of the first 24 to 60."""
    between = rng.choice((" ", " ", ".", "*", "-", "_"))
    end = rng.randint(24, 60)
    return between.join(text[:end].replace(" ", "  " if between == " " else " ")) + text[end:]


def full_width(text: str, rng: random.Random) -> str:
    """Latin letters and digits in their full-width forms."""
    share = rng.choice((1.0, 0.4))
    return _sometimes(text, rng, share, lambda s: chr(ord(s) + 0xFEE0) if "!" <= s <= "~" else s)


def traditional(text: str, rng: random.Random) -> str:
    """Simplified characters replaced by traditional ones, as far as the small table goes."""
    del rng
    return text.translate(tables.TRADITIONAL)


def homoglyphs(text: str, rng: random.Random) -> str:
    """Latin letters replaced by Cyrillic and Greek look-alikes."""
    return _sometimes(text, rng, rng.choice((0.15, 0.4)), lambda s: tables.LOOK_ALIKES.get(s, s))


def leetspeak(text: str, rng: random.Random) -> str:
    """1etters by d1gits."""
    return _sometimes(text, rng, rng.choice((0.4, 0.8)), lambda s: tables.LEET.get(s.lower(), s))


def zero_width(text: str, rng: random.Random) -> str:
    """Invisible characters inside words."""
    return _sometimes(text, rng, 0.25, lambda s: s + rng.choice("\u200b\u200c\u200d\u2060\ufeff"))


def pinyin(text: str, rng: random.Random) -> str:
    """Common Chinese words written in pinyin."""
    for word, sound in tables.PINYIN.items():
        if word in text and rng.random() < 0.8:  # noqa: PLR2004
            text = text.replace(word, sound)
    return text


def initials(text: str, rng: random.Random) -> str:
    """Common Chinese words written by the initials of their pinyin."""
    for word, sound in tables.PINYIN.items():
        if word in text and rng.random() < 0.6:  # noqa: PLR2004
            text = text.replace(word, "".join(part[0] for part in sound.split()))
    return text


def split_characters(text: str, rng: random.Random) -> str:
    """Chinese characters taken apart into their components (拆字)."""
    return _sometimes(text, rng, 0.8, lambda s: tables.COMPONENTS.get(s, s))


def fancy(text: str, rng: random.Random) -> str:
    """Chinese characters in "Martian" forms, with signs between (火星文)."""
    return _sometimes(text, rng, 0.8, lambda s: tables.MARTIAN.get(s, s))


def noise(text: str, rng: random.Random) -> str:
    """Punctuation thrown in between."""
    return _sometimes(text, rng, 0.12, lambda s: s + rng.choice(("~", "…", "、", "*", "^", "/", "|", "·", "#")))


def emphasis(text: str, rng: random.Random) -> str:
    """Exclamation marks, emoji and stars around it."""
    left, right = rng.choice((("**", "**"), ("!!! ", " !!!"), ("⚠️ ", " ⚠️"), ("🙏", "🙏"), ("——", "！！！"), ("> ", "")))
    return left + text + right


def no_punctuation(text: str, rng: random.Random) -> str:
    """No punctuation at all, or spaces in its place."""
    return text.translate(dict.fromkeys(map(ord, "，。！？、；：,.!?;:"), rng.choice(("", " "))))


def reversed_text(text: str, rng: random.Random) -> str:
    """Back to front."""
    del rng
    return text[::-1]


def reversed_words(text: str, rng: random.Random) -> str:
    """The words in reverse order."""
    del rng
    return " ".join(reversed(text.split()))


def base64_text(text: str, rng: random.Random) -> str:
    """Base64 of the UTF-8."""
    del rng
    return base64.b64encode(text.encode()).decode()


def base32_text(text: str, rng: random.Random) -> str:
    """Base32 of the UTF-8."""
    del rng
    return base64.b32encode(text.encode()).decode()


def hexadecimal(text: str, rng: random.Random) -> str:
    """Hexadecimal bytes, joined, apart, or as escapes."""
    form = rng.choice(("{:02x}", "{:02x} ", "\\x{:02x}"))
    return "".join(form.format(byte) for byte in text.encode()).strip()


def unicode_escapes(text: str, rng: random.Random) -> str:
    """Every character as its JSON escape."""
    del rng
    return "".join(f"\\u{ord(sign):04x}" for sign in text)


def percent(text: str, rng: random.Random) -> str:
    """Percent-encoding of every byte."""
    del rng
    return "".join(f"%{byte:02X}" for byte in text.encode())


def code_points(text: str, rng: random.Random) -> str:
    """Decimal code points with spaces between."""
    del rng
    return " ".join(str(ord(sign)) for sign in text)


def binary(text: str, rng: random.Random) -> str:
    """Bits of the first 40 bytes."""
    del rng
    return " ".join(f"{byte:08b}" for byte in text.encode()[:40])


def rot13(text: str, rng: random.Random) -> str:
    """Latin letters turned by 13."""
    del rng
    return codecs.encode(text, "rot13")


def caesar(text: str, rng: random.Random) -> str:
    """Latin letters moved by three."""
    del rng
    return "".join(
        chr((ord(s) - base + 3) % 26 + base) if s.isascii() and s.isalpha() else s
        for s in text
        for base in (65 if s.isupper() else 97,)
    )


def morse(text: str, rng: random.Random) -> str:
    """Morse code; what Morse does not have is left out."""
    del rng
    words = (" ".join(tables.MORSE[s] for s in word if s in tables.MORSE) for word in text.lower().split())
    return " / ".join(word for word in words if word)


def tags(text: str, rng: random.Random) -> str:
    """Unicode tag characters: nothing is seen of them."""
    del rng
    return "".join(chr(0xE0000 + ord(s)) for s in text if s.isascii())


MUTATIONS: Final[Mapping[str, Mutation]] = {
    "upper": upper, "mixed_case": mixed_case, "lower": lower, "typos": typos, "sound_alikes": sound_alikes,
    "spaced": spaced, "full_width": full_width, "traditional": traditional, "homoglyphs": homoglyphs,
    "leetspeak": leetspeak, "zero_width": zero_width, "pinyin": pinyin, "initials": initials,
    "split_characters": split_characters, "fancy": fancy, "noise": noise, "emphasis": emphasis,
    "no_punctuation": no_punctuation, "reversed": reversed_text, "reversed_words": reversed_words,
    "base64": base64_text, "base32": base32_text, "hex": hexadecimal, "escapes": unicode_escapes,
    "percent": percent, "points": code_points, "binary": binary, "rot13": rot13, "caesar": caesar,
    "morse": morse, "tags": tags,
}  # fmt: skip
"""Every mutation by the name that templates use."""

LIGHT: Final[Mapping[str, tuple[str, ...]]] = {
    "zh": ("traditional", "noise", "no_punctuation", "zero_width", "full_width", "sound_alikes", "spaced", "emphasis",
           "pinyin", "initials", "split_characters", "fancy"),
    "en": ("upper", "mixed_case", "lower", "lower", "typos", "typos", "leetspeak", "homoglyphs", "zero_width",
           "full_width", "spaced", "emphasis", "no_punctuation"),
}  # fmt: skip
"""Those after which a person still reads the text, by language."""
