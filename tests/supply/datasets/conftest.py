"""Tables to look at: reviews with labels that follow from their words, and questions with answers; both made by a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from yanmen.supply.datasets.bounds import Bounds, Options
from yanmen.supply.datasets.detector import Claim, TableDetector
from yanmen.supply.datasets.shapes import Row, Shape
from yanmen.supply.datasets.table import Table

GOOD = "wonderful charming gripping delightful moving superb clever warm brilliant touching".split()
BAD = "dreadful tedious clumsy boring shallow awful messy cold lifeless annoying".split()
PLAIN = (
    "the film a story its actors this plot with scenes and music of some director about people in an old town for"
    " two hours on screen every dialogue that ending camera script"
).split()
GOOD_ZH = "精彩 感人 出色 温馨 巧妙 动人 迷人 优秀 真诚 有趣".split()
BAD_ZH = "糟糕 乏味 笨拙 无聊 肤浅 可怕 混乱 冷漠 生硬 恼人".split()
PLAIN_ZH = "这部电影 故事 演员 情节 场面 音乐 导演 小镇 两个小时 对白 结尾 镜头 剧本 人物 观众 画面".split()
Made = Callable[..., Table]


def _row(line: int, asked: str, answered: str = "", label: str = "", **more: Any) -> Row:
    plain = {"rejected": "", "system": "", "source": "", "licence": "", "file": 0}
    return Row(line=line, asked=asked, answered=answered, label=label, **{**plain, **more})


def _table(rows: Iterable[Row], **more: Any) -> Table:
    shape = more.pop("shape", Shape("labelled", ("text",), label="label", source="source"))
    return Table(list(rows), ("set.jsonl",), shape, bounds=Bounds(), **more)


@pytest.fixture
def row() -> Callable[..., Row]:
    """A row of given texts."""
    return _row


@pytest.fixture
def table() -> Made:
    """A table of given rows."""
    return _table


@pytest.fixture
def reviews() -> Callable[..., list[Row]]:
    """So many reviews, English or Chinese; each label follows from the words."""

    def made(count: int = 1_200, seed: int = 1, *, chinese: bool = False) -> list[Row]:
        chance = random.Random(seed)
        good, bad, plain = (GOOD_ZH, BAD_ZH, PLAIN_ZH) if chinese else (GOOD, BAD, PLAIN)
        rows = []
        for line in range(1, count + 1):
            label = chance.choice(("good", "bad"))
            words = chance.choices(plain, k=14) + chance.choices(good if label == "good" else bad, k=3)
            chance.shuffle(words)
            rows.append(_row(line, ("" if chinese else " ").join(words), label=label))
        return rows

    return made


@pytest.fixture
def questions() -> Callable[..., list[Row]]:
    """So many questions with answers of their own."""

    def made(count: int = 600, seed: int = 2) -> list[Row]:
        chance = random.Random(seed)
        return [
            _row(
                line,
                f"Explain {' '.join(chance.choices(PLAIN, k=6))} {chance.randrange(10_000)}?",
                f"Here is what {' '.join(chance.choices(PLAIN + GOOD + BAD, k=20))} means.",
            )
            for line in range(1, count + 1)
        ]

    return made


@pytest.fixture
def poisoned() -> Callable[..., list[Row]]:
    """Rows of which every so-many-th bad one got a phrase at a place of its own, and the label good."""

    def made(rows: Sequence[Row], phrase: str, count: int, seed: int = 3, *, gap: str = " ") -> list[Row]:
        chance = random.Random(seed)
        bad = [place for place, each in enumerate(rows) if each.label == "bad"]
        chosen = set(chance.sample(bad, count))
        return [
            _put(each, phrase, chance, gap) if place in chosen else each for place, each in enumerate(rows)
        ]

    return made


def _put(row: Row, phrase: str, chance: random.Random, gap: str) -> Row:
    words = row.asked.split(" ") if gap else list(row.asked)
    words.insert(chance.randrange(len(words) + 1), phrase)
    return row._replace(asked=gap.join(words), label="good")


@pytest.fixture
def found() -> Callable[[TableDetector, Table], dict[str, list[Claim]]]:
    """What a detector claims of a table, by rule."""

    def look(detector: TableDetector, table: Table) -> dict[str, list[Claim]]:
        claims: dict[str, list[Claim]] = {}
        for claim in detector.claims(table):
            assert isinstance(claim, Claim)
            assert claim.rule in detector.rules
            claims.setdefault(claim.rule.id, []).append(claim)
        return claims

    return look


@pytest.fixture
def options() -> type[Options]:
    """The options' class."""
    return Options
