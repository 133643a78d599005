"""Mail addresses: what they come to, how they are built, and whether letters stand there that nobody would choose."""

from __future__ import annotations

import itertools
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

SHIPPED = Path(__file__).parent / "disposable.txt"
LONGEST_LIST = 8 << 20
"""Bytes of a list of domains."""
COMMON = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com icloud.com me.com aol.com proton.me protonmail.com"
    " gmx.com gmx.de gmx.net web.de mail.com zoho.com yandex.ru mail.ru qq.com foxmail.com 163.com 126.com yeah.net sina.com"
    " sina.cn sohu.com 139.com 189.cn aliyun.com naver.com daum.net hanmail.net yahoo.co.jp yahoo.co.uk hotmail.co.uk orange.fr"
    " free.fr libero.it t-online.de tutanota.com fastmail.com".split()
)
"""Domains where anybody has a mailbox: that two have one there says nothing."""
_DOTLESS = {"gmail.com", "googlemail.com"}
_TAGS = re.compile(r"[+]")
_WORDS = re.compile(r"[a-z]+")


class Address(NamedTuple):
    """An address taken apart; all empty where it is none."""

    local: str = ""
    domain: str = ""
    canonical: str = ""
    """Where its mail arrives: without tag, and without dots where they do not count."""
    shape: str = ""
    """``w.wd2``: how it is built."""


def parsed(text: str) -> Address:
    """An address."""
    local, at, domain = unicodedata.normalize("NFKC", text).strip().lower().rpartition("@")
    domain = plain_domain(domain)
    if not (at and local and domain):
        return Address()
    box = _TAGS.split(local, maxsplit=1)[0]
    if domain in _DOTLESS:
        box, domain = box.replace(".", ""), "gmail.com"
    return Address(local, domain, f"{box or local}@{domain}", shape(local))


def plain_domain(text: str) -> str:
    """A domain in lower case, without a dot at its end; nothing where it is none."""
    domain = text.strip().lower().rstrip(".")
    return domain if re.fullmatch(r"[^\s@]{1,190}\.[^\s@.]{2,60}", domain) else ""


def shape(local: str) -> str:
    """Words, and digits by their number: ``maria.lopez88`` is ``w.wd2``."""
    runs = re.findall(r"[^\W\d_]+|\d+|[\W_]", local)
    parts = ("w" if run.isalpha() else f"d{len(run)}" if run.isdigit() else run for run in runs)
    return "".join(parts)[:40]


def is_common(domain: str) -> bool:
    """Whether anybody may have a mailbox there."""
    return domain in COMMON


def is_disposable(domain: str, listed: frozenset[str]) -> bool:
    """Whether a domain or one above it is in the list."""
    parts = domain.split(".")
    return any(".".join(parts[place:]) in listed for place in range(len(parts) - 1))


def domains(text: str) -> frozenset[str]:
    """A list of domains, one a line."""
    words = (line.partition("#")[0].strip().lower() for line in text.splitlines())
    return frozenset(filter(None, map(plain_domain, words)))


@cache
def shipped() -> frozenset[str]:
    """The list that comes with Yanmen."""
    return domains(SHIPPED.read_text("utf-8"))


def numbered(local: str) -> float:
    """How much of a number its end is: a year is often chosen, four digits and more seldom."""
    digits = len(re.search(r"\d*$", _TAGS.split(local)[0])[0])  # type: ignore[index]  # it always matches
    return 0.0 if digits < 3 else 0.4 if digits == 3 else 0.6 if digits == 4 else 1.0  # noqa: PLR2004


def gibberish(text: str) -> float:
    """How unlike a word its letters follow one another, 0 to 1. Letters of other scripts than Latin are not judged.

    By pairs of letters that names of many languages (pinyin and romaji too) seldom have, and by letters and digits mixed.
    """
    plain = unicodedata.normalize("NFKD", text).lower()
    words = [word for word in _WORDS.findall(plain) if len(word) > 3]  # noqa: PLR2004
    mixed = len(re.findall(r"[a-z](?=\d)|\d(?=[a-z])", plain))
    pairs = [one + two for word in words for one, two in itertools.pairwise(word)]
    odd = sum(pair in _ODD for pair in pairs) / len(pairs) if len(pairs) > 3 else 0.0  # noqa: PLR2004
    return min(1.0, max(0.0, odd * 3.2 - 0.35) + max(0, mixed - 1) * 0.3)


_VOWELS, _ALL = "aeiouy", "abcdefghijklmnopqrstuvwxyz"
_USUAL = set(
    "bl br ch ck cl cr ct dr ds dt fl fr ft gh gl gn gr gs gu hn hr hs ht hw kh kl kn kr ks lb lc ld lf lg lk ll lm ln lp ls lt lv"
    " mb mm mp ms nb nc nd nf ng nh nj nk nl nn np nq nr ns nt nv nw nz ph pl pp pr ps pt rb rc rd rf rg rh rj rk rl rm rn rp rq rr"
    " rs rt rv rw rz sc sh sk sl sm sn sp sq ss st sw sz"
    " tc th tl tr ts tt tw tz vl vr wh wn wr ws zh zl zz bb cc dd ff gg kk bs cs ms"
    " dj mc md dm lz hm hl bj sr sv sb kw".split()
)
_ODD = (
    {
        one + two
        for one in _ALL
        for two in _ALL
        if one not in _VOWELS and two not in _VOWELS and one + two not in _USUAL
    }
    | {f"{one}{two}" for one in "jqvwxz" for two in "jqvwxzbcdfgkmp"}
    | {"qa", "qe", "qo", "uu", "ii", "iy", "yy", "aa"} - {"zh"}
)
"""Pairs of letters that seldom follow one another in names."""
