"""The folded view of a text: what a reader takes it for, character by character.

Each character goes by itself, whatever stands around it: compatibility forms (full width, mathematical, circled letters), case,
accents and the look-alikes of other scripts become plain small letters, traditional 汉字 that packs use their simplified form;
characters that nobody sees become nothing. So the folding of a stream is the stream of the foldings, and every character of
the view has one place in the original. Only one thing is counted: of a run of unseen characters every sixteenth becomes
U+FFFD, so that no run of them holds a stream back for ever.
"""

from __future__ import annotations

import re
import unicodedata

DROPPED = "\ufdd0"
"""Stands for an unseen character until runs are counted; a noncharacter, so it is in no honest text."""
RUN = 16
"""Every so many unseen characters in a row leave a mark in the view."""
UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
"""Characters without a look of their own, as the inside of a class."""
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_GONE = re.compile(f"[{UNSEEN}{_MARKS}{DROPPED}]")
_KEPT = frozenset("，。！？：；（）、《》“”‘’…—·【】「」～￥")
"""Punctuation of Chinese that stays as it is, so that plain Chinese text needs no folding; packs name it themselves."""
_SIMPLER = (
    "無无視视則则規规開开發发獄狱統统設设圍围繞绕過过繼继續续請请將将詞词關关閉闭遵護护對对話话內内輸输顯显"
    "導导資资訊讯許许現现這这個个們们為为從从後后時时應应該该須须說说講讲訴诉給给複复製制譯译戲戏劇剧僅仅"
    "沒没絕绝縮缩條条動动擬拟實实際际種种類类級级別别戶户觸触員员權权檢检測测審审覽览聽听違违範范網网絡络"
    "連连結结執执運运處处於于還还強强極极數数據据庫库錄录誡诫單单雙双態态號号碼码鑰钥機机構构讓让變变並并"
    "與与創创議议總总細细節节寫写樣样絲丝讀读點点擊击鏈链圖图傳传編编錯错誤误識识轉转係系祕秘洩泄佈布詢询"
    "問问題题啟启隱隐預预憶忆記记隨随順顺參参確确認认擔担產产農农國国學学術术門门貼贴簡简報报線线協协標标"
    "準准環环業业務务廢废棄弃銷销毀毁暫暂"
).replace("遵", "")
_LOOKS = {
    "a": "АаΑαᴀɑ", "b": "ВвΒʙЬьƅ", "c": "СсϹϲᴄ", "d": "ԁᴅɗ", "e": "ЕеΕεᴇєҽ", "f": "ꜰϝ", "g": "ԍɡɢց", "h": "НнΗһʜհ",
    "i": "ІіΙιıɪӀӏ", "j": "Ј јϳᴊ", "k": "КкΚκᴋ", "l": "ʟⅼ", "m": "МмΜᴍ", "n": "Νոɴп", "o": "ОоΟοσօᴏθ", "p": "РрΡρᴘ",
    "q": "ԛ", "r": "гʀᴦ", "s": "ЅѕꜱՏ", "t": "ТтΤτᴛ", "u": "սᴜυ", "v": "νᴠѵ", "w": "ԜԝᴡωѡШ", "x": "ХхΧχ", "y": "УуҮүΥʏγ",
    "z": "Ζᴢ",
}  # fmt: skip
_SINGLE = {_SIMPLER[index]: _SIMPLER[index + 1] for index in range(0, len(_SIMPLER), 2)}
_SINGLE |= {look: letter for letter, looks in _LOOKS.items() for look in looks if look != " "}
_SINGLE |= {chr(0x1F150 + index): chr(0x61 + index) for index in range(26)}
_SINGLE |= {chr(0x1F170 + index): chr(0x61 + index) for index in range(26)}
_SINGLE |= {chr(0x1F1E6 + index): chr(0x61 + index) for index in range(26)}
_SINGLE["\u2800"] = " "
_LONGEST = 4
"""A character whose compatibility form is longer stays as it is."""
_BASES = ("LATIN", "GREEK", "CYRILLIC")


def _folded(character: str) -> str:
    if character in _KEPT:
        return character
    if _GONE.match(character):
        return DROPPED
    if "\ud800" <= character <= "\udfff":
        return "\ufffd"
    if character in _SINGLE:
        return _SINGLE[character]
    plain = unicodedata.normalize("NFKC", character).casefold()
    if not 0 < len(plain) <= _LONGEST:
        return character
    if not plain.isascii() and unicodedata.name(plain[0], "").startswith(_BASES):
        plain = (
            "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c)) or plain
        )
    return "".join(_SINGLE.get(c, c) for c in plain)


class _Table(dict[int, str]):
    """What each character becomes; filled as characters are met, at most one entry for each of Unicode's."""

    def __missing__(self, code: int) -> str:
        result = self[code] = _folded(chr(code))
        return result


TABLE = _Table({code: chr(code).lower() for code in range(128)})


def plain_class() -> str:
    """The inside of a class of characters whose folding changes nothing but their case: most English and Chinese text."""
    changed = sorted(ord(one) for one in _SINGLE if "\u4e00" <= one <= "\u9fff")
    ranges, low = [], 0x4E00
    for code in [*changed, 0xA000]:
        if low < code:
            ranges.append(f"\\x{{{low:x}}}-\\x{{{code - 1:x}}}")
        low = code + 1
    return "\\x{0}-\\x{7f}" + "".join(ranges) + "".join(sorted(_KEPT))


def fold(text: str, run: int = 0) -> str:
    """The folded view of a text; ``run`` is how many unseen characters stood right before it."""
    view = text.translate(TABLE)
    return _count(view, run)[0] if DROPPED in view else view


def run_after(text: str, run: int) -> int:
    """How many unseen characters stand at the end of a text that follows ``run`` of them."""
    count = 0
    for character in reversed(text):
        if TABLE[ord(character)] != DROPPED:
            return count
        count += 1
    return count + run


def origins(text: str, run: int = 0) -> list[int]:
    """For each character of the folded view, its place in the text; and the text's length at the end."""
    places: list[int] = []
    for index, character in enumerate(text):
        form = TABLE[ord(character)]
        if form == DROPPED:
            run += 1
            places += [index] * (run % RUN == 0)
        else:
            run = 0
            places += [index] * len(form)
    places.append(len(text))
    return places


def _count(view: str, run: int) -> tuple[str, int]:
    parts: list[str] = []
    for index, part in enumerate(re.split(f"({DROPPED}+)", view)):
        if index % 2:
            parts.append("\ufffd" * ((run + len(part)) // RUN - run // RUN))
        else:
            parts.append(part)
        run = 0 if part and not index % 2 else run + len(part) * (index % 2)
    return "".join(parts), run
