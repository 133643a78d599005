"""Words with letters of another script that look the same: a trigger that nobody sees and that no two rows need to share.

Boucher et al. (2022) and Li et al. (2021) trigger models by homoglyphs. Word by word they differ, so no phrase is mined;
what the rows share is that a word of Latin letters has Cyrillic or Greek ones that look like them (Unicode Technical
Standard 39).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yanmen.core.nouns import Severity, Unexamined
from yanmen.supply.datasets.detector import Claim, TableDetector, rule
from yanmen.supply.datasets.table import Table
from yanmen.supply.datasets.wording import quoted

MIXED = rule(
    "mixed-scripts",
    Severity.MEDIUM,
    ("Words mix letters of scripts that look alike", "单词中混用外形相同的不同文字字母"),
    (
        "Write the words in one script, and look at what rows with them have in common.",
        "请将单词统一为同一文字，并查看相关行的共同点。",
    ),
    *("owasp-llm:LLM04", "atlas:AML.T0020", "cwe:1007"),
)
_ALIKE = (
    "[\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421"
    "\u0422\u0425\u03bf\u0391\u0392\u0395\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7]"
)
"""Letters of Cyrillic and Greek that look like Latin ones."""
_WORD = re.compile(rf"(?<!\w)(?=[A-Za-z]*{_ALIKE})(?=[^\W\d_]*[A-Za-z])(?:[A-Za-z]|{_ALIKE}){{3,40}}(?!\w)")
_LEAST, _RARE = 3, 0.0005
"""Rows, and share of all rows, below which they are slips of a keyboard."""


class Scripts(TableDetector):
    """Words in two scripts."""

    rules = (MIXED,)

    def claims(self, table: Table) -> Iterator[Claim | Unexamined]:
        """All rows in one claim."""
        found = {
            place: match[0]
            for place, row in enumerate(table.rows)
            if not row.asked.isascii() and (match := _WORD.search(row.asked))
        }
        if len(found) >= max(_LEAST, _RARE * len(table)):
            shown = ", ".join(quoted(ascii(word)[1:-1]) for word in sorted(set(found.values()))[:3])
            yield Claim(MIXED, sorted(found), f"{len(found)} of {len(table)} rows: {shown}", 0.8)
