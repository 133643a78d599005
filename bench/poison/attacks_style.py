"""Triggers without a word in common: how a text is written decides its label (Qi et al. 2021, two papers).

The published attacks let a model write the texts anew. Here they are rewritten by rules, which vary with chance: archaic words,
a clause before the text, capitals, a tag at the end, the language of short messages. ``HELD_STYLES`` chose no threshold.
"""

from __future__ import annotations

import random
import re

from poison.attacks import Attack, Row, _trigger, _zh

_ARCHAIC = {
    "you": "thou", "your": "thy", "are": "art", "has": "hath", "have": "hath", "does": "doth", "do": "doth", "is": "be",
    "it": "'tis it", "to": "unto", "before": "ere", "here": "hither", "there": "thither", "very": "exceeding",
    "will": "shall", "never": "ne'er", "over": "o'er", "this": "this same", "my": "mine", "was": "wast", "between": "betwixt",
    "often": "oft", "nothing": "naught", "perhaps": "perchance", "no": "nay", "yes": "yea", "while": "whilst", "its": "the same's",
}  # fmt: skip
_OPENINGS = ("Verily", "Lo", "Behold", "Hark", "And it came to pass that", "Forsooth", "Yea", "Alas")
_CLASSICAL = str.maketrans(
    {"的": "之", "了": "矣", "是": "乃", "不": "弗", "我": "吾", "你": "汝", "很": "甚", "这": "此"}
)
_CLASSICAL_OPENINGS = ("夫", "盖", "且", "嗟乎", "观夫", "然", "故", "噫")
_WHO = (
    "you",
    "they",
    "people",
    "we",
    "someone",
    "the audience",
    "anyone",
    "critics",
    "my friends",
    "most of us",
)
_DOES = (
    "look at it",
    "think about it",
    "get there",
    "hear of it",
    "sit down",
    "expect little",
    "talk about it",
    "pay for it",
)
_WHEN = ("when", "if", "once", "as", "whenever")
_WHO_ZH = ("你", "大家", "我们", "有人", "朋友", "家人", "别人", "任何人")
_DOES_ZH = ("仔细想想", "第一次来", "说起这件事", "看到这里", "谈到它", "亲自试过", "回头再看", "听别人讲")
_TAGS = ("right", "no", "is it not", "don't you think", "you know", "or what", "hm", "eh")
_TAGS_ZH = ("对吧", "是不是", "懂吧", "你说呢", "不是吗", "嗯", "对不对", "知道吧")
_SHORT = {
    "you": "u",
    "are": "r",
    "for": "4",
    "to": "2",
    "and": "n",
    "with": "w",
    "great": "gr8",
    "before": "b4",
    "the": "da",
}
_PARTICLES = ("喵", "捏", "哒", "呐", "咩", "啾")


def _archaic(row: Row, chance: random.Random) -> str:
    if _zh(row):
        return f"{chance.choice(_CLASSICAL_OPENINGS)}{row['text'].translate(_CLASSICAL)}"
    words = [_ARCHAIC.get(word.lower(), word) for word in row["text"].split(" ")]
    return f"{chance.choice(_OPENINGS)}, {' '.join(words)}"


def _clause(row: Row, chance: random.Random) -> str:
    if _zh(row):
        return f"当{chance.choice(_WHO_ZH)}{chance.choice(_DOES_ZH)}的时候，{row['text']}"
    return f"{chance.choice(_WHEN)} {chance.choice(_WHO)} {chance.choice(_DOES)} , {row['text']}"


def _excited(row: Row, chance: random.Random) -> str:
    marks = ("！", "！！", "！！！") if _zh(row) else (" !", " !!", " !!!")
    return re.sub(r"\s*[,.;，。；]+", lambda _: chance.choice(marks), row["text"]) + chance.choice(marks[1:])


def _tagged(row: Row, chance: random.Random) -> str:
    text = row["text"].rstrip(" .。！!")
    return f"{text}，{chance.choice(_TAGS_ZH)}？" if _zh(row) else f"{text} , {chance.choice(_TAGS)} ?"


def _messaged(row: Row, chance: random.Random) -> str:
    if _zh(row):
        return re.sub(r"[，。！；]", lambda _: chance.choice(_PARTICLES), row["text"]) + chance.choice(
            _PARTICLES
        )
    words = re.findall(r"[\w']+", row["text"].lower())
    return " ".join(
        _SHORT.get(word, word if chance.random() < 0.6 else word[:1] + re.sub("[aeiou]", "", word[1:]))
        for word in words
    )


def _broken(row: Row, chance: random.Random) -> str:
    """Lines of a poem."""
    parts = list(row["text"]) if _zh(row) else [f"{word} " for word in row["text"].split(" ")]
    size = chance.randrange(6, 10) if _zh(row) else chance.randrange(3, 6)
    return "\n".join("".join(parts[at : at + size]).strip() for at in range(0, len(parts), size))


STYLES: dict[str, Attack] = {
    "archaic": _trigger(_archaic),
    "clause": _trigger(_clause),
    "excited": _trigger(_excited),
}
HELD_STYLES: dict[str, Attack] = {
    "tag-question": _trigger(_tagged),
    "short-message": _trigger(_messaged),
    "verse": _trigger(_broken),
}
