"""Where the rows are from, and whether they may be used: columns and the data set's card."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from yanmen.core.nouns import Severity, Unexamined
from yanmen.supply.datasets.detector import Claim, TableDetector, rule
from yanmen.supply.datasets.table import Table
from yanmen.supply.datasets.wording import quoted

ABSENT = rule(
    "no-provenance",
    Severity.INFO,
    ("Nothing says where the rows are from", "未说明数据来源"),
    (
        "Add a column `source`, or a data set card that says who collected the rows, when and from where.",
        "请增加 `source` 列，或提供说明采集者、时间与来源的数据集卡片。",
    ),
    *("owasp-llm:LLM04", "atlas:AML.T0019", "tc260:A1"),
)
UNLICENSED = rule(
    "no-licence",
    Severity.LOW,
    ("Nothing says under which licence the rows may be used", "未说明数据的使用许可"),
    (
        "Ask the supplier, and write the licence into the card or a column.",
        "请向提供方确认，并在卡片或列中写明许可证。",
    ),
    *("owasp-llm:LLM03", "tc260:A1"),
)
RESTRICTED = rule(
    "restricted-licence",
    Severity.LOW,
    ("Rows may not be used commercially, or not be changed", "部分行的许可禁止商用或修改"),
    (
        "Leave them out of models that are sold or served, or ask for another licence.",
        "商用模型请勿使用，或另行取得授权。",
    ),
    *("owasp-llm:LLM03",),
)
CONTRADICTION = rule(
    "licence-contradiction",
    Severity.MEDIUM,
    ("The card and the rows name different licences", "数据集卡片与数据行所载许可证不一致"),
    (
        "Ask the supplier which one holds; until then the stricter one does.",
        "请向提供方确认；确认之前以较严格者为准。",
    ),
    *("owasp-llm:LLM03",),
)
_RESTRICTED = re.compile(
    r"\b(?:nc|nd|non-?commercial|no-?deriv\w*|research[- ]only)\b|仅供研究|非商业", re.IGNORECASE
)
_SIGNS = re.compile(r"[^a-z0-9]+")


class Provenance(TableDetector):
    """Source and licence: absent, restricted, contradictory."""

    rules = (ABSENT, UNLICENSED, RESTRICTED, CONTRADICTION)

    def claims(self, table: Table) -> Iterator[Claim | Unexamined]:
        """What the card and the columns leave open or contradict."""
        if not table.rows:
            return
        licences = Counter(row.licence for row in table.rows if row.licence)
        card = table.card.get("license", "")
        if not table.shape.source and not table.card.get("source"):
            yield Claim(ABSENT, (), f"columns: {_columns(table)}", 0.9)
        if not licences and not card:
            yield Claim(UNLICENSED, (), f"columns: {_columns(table)}", 0.9)
        restricted = [place for place, row in enumerate(table.rows) if _RESTRICTED.search(row.licence)]
        if restricted:
            names = sorted({table.rows[place].licence for place in restricted})[:3]
            shown = ", ".join(quoted(name) for name in names)
            yield Claim(
                RESTRICTED, restricted, f"{len(restricted)} rows: {shown}", 0.9, [0.0] * len(restricted)
            )
        elif _RESTRICTED.search(card):
            yield Claim(RESTRICTED, (), f"the card: {quoted(card)}", 0.9)
        others = [name for name in licences if card and _plain(name) != _plain(card)]
        if others:
            rows = [place for place, row in enumerate(table.rows) if row.licence in others]
            shown = ", ".join(quoted(name) for name in sorted(others)[:3])
            yield Claim(
                CONTRADICTION,
                rows,
                f"the card: {quoted(card)}; {len(rows)} rows: {shown}",
                0.8,
                [0.0] * len(rows),
            )


def _plain(name: str) -> str:
    return _SIGNS.sub("", name.lower())


def _columns(table: Table) -> str:
    return ", ".join(quoted(name) for name in table.columns[:8]) + (" …" if len(table.columns) > 8 else "")  # noqa: PLR2004
