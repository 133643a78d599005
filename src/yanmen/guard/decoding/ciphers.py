"""Whole texts written otherwise: shifted alphabets, backwards, in pinyin, in split characters. Tried only where a word shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from string import ascii_lowercase

from yanmen.guard.decoding.view import Edit, View, shifted, turned

WORDS = (
    "ignore", "previous", "instruction", "instructions", "system", "prompt", "reveal", "forget", "password", "secret", "disregard",
    "pretend", "your", "that", "with", "this", "from", "what",
)  # fmt: skip
"""Words that show which shift a text is written in: of attacks, and common ones."""
_LONG = tuple(word for word in WORDS if len(word) > 5)  # noqa: PLR2004  # shorter ones are other words backwards
_BACKWARDS = ("略忽", "令指有所", "词示提统系", "示提统系", "则规有所", "制限有所", "容内的面上", "码密出输")
_ROT = 13
_ALPHABET = len(ascii_lowercase)
_HITS = 2
"""Different words that must show."""


def _shift(by: int) -> dict[int, int]:
    table = {}
    for place, letter in enumerate(ascii_lowercase):
        other = ascii_lowercase[(place + by) % _ALPHABET]
        table[ord(letter)], table[ord(letter.upper())] = ord(other), ord(other.upper())
    return table


_SHIFTS = tuple(_shift(by) for by in range(_ALPHABET))


@cache
def shown() -> dict[str, int]:
    """Each word as every shift writes it, and the shift that undoes it; those that are words themselves are left out."""
    found: dict[str, int] = {}
    for by in range(1, _ALPHABET):
        for word in WORDS:
            found.setdefault(word.translate(_SHIFTS[by]), _ALPHABET - by)
    for word in WORDS:
        found.pop(word, None)
    return found


@cache
def backwards() -> tuple[str, ...]:
    """Words as they are written backwards."""
    return (*(word[::-1] for word in _LONG), *_BACKWARDS)


_LATIN_WORD = re.compile(r"[a-z]{4,12}")


def ciphered(of: View) -> Iterator[View]:
    """The text with its alphabet shifted back, and from its end to its beginning, where the words of that show."""
    text = of.text.lower()
    known, hits = shown(), dict[int, set[str]]()
    for word in _LATIN_WORD.findall(text):
        if word in known:
            hits.setdefault(known[word], set()).add(word)
    for by, words in hits.items():
        if len(words) >= _HITS and not any(way.startswith("shifted") for way in of.ways):
            yield shifted(of, _SHIFTS[by], "rot13" if by == _ROT else f"shifted by {by}")
    if "reversed" not in of.ways and any(word in text for word in backwards()):
        yield turned(of)


PINYIN = {
    "hu lüe": "忽略", "wu shi": "无视", "zhi ling": "指令", "zhi shi": "指示", "xi tong": "系统", "ti shi ci": "提示词", "ti shi": "提示",
    "gui ze": "规则", "xian zhi": "限制", "mi ma": "密码", "mi yao": "密钥", "shu chu": "输出", "gao su": "告诉", "suo you": "所有",
    "zhi qian": "之前", "yi qian": "以前", "wang ji": "忘记", "yue yu": "越狱", "xie lou": "泄露", "nei rong": "内容", "ban yan": "扮演",
    "shang mian": "上面", "yi shang": "以上", "bu shou": "不受", "ren he": "任何", "xian shi": "显示", "rao guo": "绕过", "jie chu": "解除",
    "she ding": "设定", "jue se": "角色", "qian mian": "前面", "fa song": "发送", "zhi xing": "执行", "mo shi": "模式", "kai fa zhe": "开发者",
    "ni de": "你的", "qing": "请", "wo": "我", "ni": "你", "de": "的", "bing": "并", "xian zai": "现在", "ba": "把", "quan bu": "全部",
}  # fmt: skip
"""The vocabulary of attacks in pinyin."""
_STRONG = {
    "忽略", "无视", "指令", "系统", "提示词", "提示", "规则", "限制", "密码", "密钥", "忘记", "越狱", "泄露", "扮演", "绕过", "解除", "设定", "输出",
}  # fmt: skip
_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹ", "aaaaeeeeiiiioooouuuuüüüünnn")


def _syllables(pinyin: str) -> str:
    return r"[ '’-]?".join(f"{syllable.replace('ü', '(?:ü|v|u:?)')}[1-5]?" for syllable in pinyin.split())


_ORDERED = sorted(PINYIN, key=len, reverse=True)
_SAID = tuple(PINYIN[word] for word in _ORDERED)
_PINYIN = re.compile("|".join(f"({_syllables(word)}) ?" for word in _ORDERED))
_RUN = re.compile(rf"(?<![a-zü])(?>{'|'.join(map(_syllables, _ORDERED))})++(?![a-zü])")


def pinyin(text: str) -> list[Edit]:
    """The words of attacks, in 汉字; nothing unless two of them show. A space behind one goes with it."""
    plain = text.lower().translate(_TONES)
    if len(plain) != len(text):
        return []
    edits = []
    for run in _RUN.finditer(plain):
        end = run.end() + (plain[run.end() : run.end() + 1] == " ")
        words = _PINYIN.finditer(plain, run.start(), end)
        edits += [Edit(word.start(), word.end(), _SAID[(word.lastindex or 1) - 1]) for word in words]
    return edits if len({edit.text for edit in edits} & _STRONG) >= _HITS else []


SPLIT = {
    "勿心": "忽", "田各": "略", "扌旨": "指", "人令": "令", "扌是": "提", "二小": "示", "讠司": "词", "丿糸": "系", "纟充": "统", "氵世": "泄",
    "雨路": "露", "讠殳": "设", "宀疋": "定", "夫见": "规", "贝刂": "则", "阝艮": "限", "纟尧": "绕", "走戉": "越", "犭狱": "狱", "角刀牛": "解",
    "阝余": "除", "宓山": "密", "石马": "码", "车俞": "输", "凵屮": "出", "亡心": "忘", "讠己": "记", "户方": "所", "礻见": "视", "无见": "视",
    "言司": "词", "言己": "记", "言殳": "设", "糸充": "统", "手旨": "指", "手是": "提", "水世": "泄", "金月": "钥", "钅月": "钥", "讠斥": "诉",
    "口斥": "听", "牛口": "告", "日月": "明", "扌卬": "抑", "扌立": "拉", "木莫": "模", "弋工": "式", "走取": "趣", "阝方": "防", "亻你": "你",
    "亻尔": "你", "人尔": "你", "白勺": "的", "讠青": "请", "言青": "请", "户斤": "所", "广殳": "役", "月艮": "服", "火暴": "爆", "火乍": "炸",
    "弓单": "弹", "讠上": "让", "讠吾": "语", "言吾": "语", "讠舌": "话", "言舌": "话", "讠寺": "诗", "女口": "如", "亻可": "何", "人可": "何",
    "亻壬": "任", "人壬": "任", "忄生": "性", "氵去": "法", "水去": "法", "犭者": "猪", "木几": "机", "木又": "权", "阝完": "院", "讠人": "认",
    "扌丸": "执", "彳亍": "行", "彳夋": "俊", "艹约": "药", "口马": "吗", "禾必": "秘", "礻必": "秘", "木及": "极", "木娄": "楼", "讠兑": "说",
}  # fmt: skip
"""Characters written as their parts."""
_SPLIT = re.compile("|".join(f"{pair[0]}[ +＋]?{'[ +＋]?'.join(pair[1:])}" for pair in SPLIT))
_COMMON = frozenset({"日月", "女口", "人可", "牛口", "户方", "二小", "月艮"})
"""Parts that stand beside each other in ordinary text too."""


def split(text: str) -> list[Edit]:
    """Characters that were written as their parts; nothing unless two of them show that no ordinary text has."""
    edits, sure = [], 0
    for found in _SPLIT.finditer(text):
        parts = re.sub(r"[ +＋]", "", found[0])
        sure += parts not in _COMMON
        edits.append(Edit(found.start(), found.end(), SPLIT[parts]))
    return edits if sure >= _HITS else []
