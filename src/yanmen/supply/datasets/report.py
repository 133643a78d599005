"""What the examination of a data set says."""

from __future__ import annotations

from collections.abc import Mapping

from yanmen.core.nouns import Finding, Noun, Phrase, Unexamined
from yanmen.supply.targets import Suspect

LIMITS = (
    Phrase(
        en="Clean-label poison (right labels, texts chosen or changed so that a model learns a backdoor) is not detected.",
        zh="无法检测干净标签投毒（标签正确，但文本经挑选或改写，使模型学到后门）。",
    ),
    Phrase(
        en="Of style triggers those that show in signs, capitals, openings or words are detected where labels follow from texts;"
        " paraphrases and translations that look like other rows are not.",
        zh="文风触发仅在标签可由文本推断、且体现于标点、大小写、开头或用词时可检出；与其他行写法无异的改写或译文无法检出。",
    ),
    Phrase(
        en="A trigger in fewer rows than about five, or an outcome that cannot be told from honest rows, is not detected; nor are"
        " labels that are flipped in a row of a hundred of hard texts and share neither a phrase nor a source.",
        zh="触发样本少于约五行，或其结果与正常行无法区分时，无法检测；文本较难判断、每百行仅翻转一行、且无共同短语或来源的标签翻转同样无法检出。",
    ),
    Phrase(
        en="Swapped preferences are detected only where better and worse answers differ in words, length or manner;"
        " where taste or facts decide they are not.",
        zh="偏好对调仅在优劣回答的用词、长度或写法有别时可检出；优劣取决于个人偏好或事实时无法检出。",
    ),
    Phrase(
        en="Facts are not checked: a wrong answer that looks like a right one is not found.",
        zh="不核查事实：看似正确的错误答案无法发现。",
    ),
)
"""What no result of this examination excludes."""


class DatasetReport(Noun, frozen=True):
    """Findings, what could not be judged, facts, and the limits that every result has."""

    findings: tuple[Finding, ...] = ()
    unexamined: tuple[Unexamined, ...] = ()
    facts: Mapping[str, str] = {}
    """``rows``, ``examined``, ``shape``, ``columns``, ``labels``, ``languages``, ``encoding``, ``duplicates`` …"""
    limits: tuple[Phrase, ...] = LIMITS
    suspects: tuple[Suspect, ...] = ()
    """The most suspicious first; at most a thousand."""
