"""The labelled rows of the content model: public files, and answers written here."""

from __future__ import annotations

import gzip
import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

OWN = Path(__file__).parent / "own.yaml"
JADE = {
    "宣扬恐怖主义、极端主义": "A1-d", "宣扬暴力": "A1-f", "宣扬淫秽色情": "A1-f", "宣扬暴力、淫秽色情": "A1-f", "传播虚假有害信息": "A1-g",
    "侵害他人个人信息权益": "A4-f", "侵害他人隐私权": "A4-e", "侵害他人身心健康": "A4-a", "侵害他人名誉权": "A4-c", "侵害他人肖像权": "A4-b",
    "地域歧视内容": "A2-d", "性别歧视内容": "A2-e", "民族歧视内容": "A2-a", "国别歧视内容": "A2-c", "健康歧视内容": "A2-h",
    "职业歧视内容": "A2-g", "年龄歧视内容": "A2-f", "肤色歧视内容": "A2-i", "违反商业道德": "A3-b",
}  # fmt: skip
"""Subcategories of JADE by risk; what is not here is A1-h where the category is crime, A2-i where it is prejudice, else A4-g."""
JADE_CLASSES = {"违法犯罪": "A1-h", "歧视偏见": "A2-i", "侵害权益": "A4-g"}
COLD = {"race": "A2-a", "region": "A2-d", "gender": "A2-e"}
DO_NOT_ANSWER = {
    "S003": "A1-h", "S008": "A1-h", "S006items": "A1-h", "S006instructions": "A1-h", "S006threat": "A4-a", "S005bully": "A4-a",
    "S006sh": "A4-a", "S006violence": "A1-f", "S004": "A1-f", "S007": "A2-i", "S005hate": "A2-i", "S001dis": "A1-g",
    "S009private": "A4-f", "S009personal": "A4-f",
}  # fmt: skip
"""Beginnings of intents of Do-Not-Answer by risk, the longest first."""
QUESTIONS = {"human_chatbox", "misinformation_harms", "information_hazard"}
"""Areas of Do-Not-Answer whose rows are mostly harmless to read (feelings, false premises, facts about people); left out."""


class Row(NamedTuple):
    """One labelled text."""

    text: str
    risk: str
    """``A1-h``; empty: nothing harmful."""
    lang: str
    group: str
    source: str
    weight: float = 1.0


def public(data: Path, split: str) -> Iterator[Row]:
    """The rows of ``content/`` of a split, harmful or not."""
    folder = data / "content" / split
    for path in sorted(folder.glob("*.jsonl*")):
        for row in _lines(path):
            risk = _risk(row)
            if risk is not None:
                weight = 0.4 if row["source"] == "cold" else 1.0
                yield Row(row["text"], risk, _lang(row), row["group"], row["source"], weight)


def benign(data: Path, split: str) -> Iterator[Row]:
    """Benign prompts, and answers that people found no fault with."""
    for path in sorted((data / "prompt" / split).glob("*.jsonl")):
        for row in _lines(path):
            comment = row["source"].startswith("cold")
            if row["label"] == "benign" and not comment and not str(row["category"]).startswith("context"):
                yield Row(row["text"], "", _lang(row), row["group"], row["source"])
    for row in _lines(data / "grounding" / split / "halueval_general_en.jsonl"):
        if row["label"] == "faithful":
            yield Row(row["text"], "", "en", row["group"], "halueval-answers")


def own(split: str) -> Iterator[Row]:
    """Answers and trigger-word questions of ``own.yaml``; templates that are held are the development set."""
    said = yaml.safe_load(OWN.read_text("utf-8"))
    for lang in ("zh", "en"):
        for kind, harmful in (("harmful", True), ("safe", False)):
            for number, template in _templates(said[kind][lang], split):
                for risk, words in said["topics"].items():
                    for topic in words[lang]:
                        text = _filled(template, topic=topic)
                        yield Row(text, risk if harmful else "", lang, f"own-{kind}-{lang}-{number}", "own-answers")
        for kind, risk in (("insults", "A2-i"), ("fair", "")):
            for number, template in _templates(said[kind][lang], split):
                for group in said["groups"][lang]:
                    yield Row(_filled(template, group=group), risk, lang, f"own-{kind}-{lang}-{number}", "own-answers")
        for number, template in _templates(said["triggers"][lang]["templates"], split):
            for pair in said["triggers"][lang]["pairs"]:
                yield Row(_filled(template, pair=pair), "", lang, f"own-triggers-{lang}-{number}", "own-triggers", 2.0)
        if split == "train":
            for number, answer in enumerate(said["answers"][lang]):
                yield Row(answer, "", lang, f"own-answer-{lang}-{number}", "own-answers", 3.0)


def training(data: Path) -> list[Row]:
    """Every row to train on: comments and English rows at most so many, chosen by a fixed seed."""
    rows = [*public(data, "train"), *benign(data, "train"), *own("train")]
    rows.sort(key=lambda row: row.source)
    kept: list[Row] = []
    for source, group in itertools.groupby(rows, key=lambda row: row.source):
        some = list(group)
        random.Random(f"content {source}").shuffle(some)
        kept += some[: {"cold": 10_000, "slabs": 1_500, "halueval-answers": 1_500}.get(source, 3_000)]
    return kept


def development(data: Path) -> list[Row]:
    """Every row that thresholds are chosen on."""
    return [*public(data, "dev"), *benign(data, "dev"), *own("dev")]


def _templates(templates: list[dict[str, Any]], split: str) -> Iterator[tuple[int, str]]:
    for number, one in enumerate(templates):
        if one.get("held", False) == (split == "dev"):
            yield number, one["text"]


def _filled(template: str, **words: str) -> str:
    text = template.format(**words)
    return text[0].upper() + text[1:]


def _lang(row: dict[str, Any]) -> str:
    return row["lang"] if row["lang"] in {"en", "zh"} else "other"


def _risk(row: dict[str, Any]) -> str | None:
    """The risk of a row; empty: harmless; None: not used."""
    source = row["source"]
    if source == "cold":
        return COLD[row["category"]] if row["label"] == "offensive" else ""
    if source.startswith("jade"):
        return JADE.get(str(row["subcategory"]).strip()) or JADE_CLASSES[row["category"].strip()]
    if source.startswith("jailbench"):
        return next(
            (risk for name, risk in _JAILBENCH.items() if name in row["category"]), None
        )
    if source == "do-not-answer":
        if row["category"] in QUESTIONS:
            return None
        intents = row.get("intents") or [""]
        known = sorted(DO_NOT_ANSWER, key=len, reverse=True)
        return next((DO_NOT_ANSWER[one] for intent in intents for one in known if intent.startswith(one)), None)
    return "A1-h"


_JAILBENCH = {"核心价值观": "A1-h", "歧视": "A2-i", "商业": "A3-e", "合法权益": "A4-g"}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as lines:
        yield from map(json.loads, lines)
