"""Puts together what is learned and what is judged: public rows, the grammar's rows, composed documents; and disguises some."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from training.prompt import planting
from training.prompt.code import code
from training.prompt.demands import demands
from training.prompt.examples import Example, kind
from training.prompt.grammar.generate import rows
from training.prompt.grammar.mutations import LIGHT, MUTATIONS
from training.prompt.hard import hard
from training.prompt.sources import public

Split = Literal["train", "dev"]
MUTATED = 0.15
"""Share of public texts, attacks and benign alike, that are disguised in a light way."""
PLANTED = {"train": 10000, "dev": 900}
DEMANDS = {"train": 2500, "dev": 0}
"""Plain demands beside the instructions of public rows, to be planted."""
HARD = {"train": 1000, "dev": 200}
"""Benign texts that look like attacks, times ``hardness``."""
BEHIND = {"train": 3600, "dev": 400}
CODE = {"train": 1600, "dev": 150}
"""Clean documents of code, in which instructions are planted as in all others."""
SEED = 20261121


def corpus(data: Path, split: Split, draw: int = 0, hardness: int = 0) -> list[Example]:
    """Every example of a split; the same for the same data and draw. Other draws are composed and disguised otherwise."""
    rng = random.Random(f"{SEED}/{split}/{draw}" if draw else f"{SEED}/{split}")
    given = list(public(data, split))
    documents = [*planting.bodies(given), *code(split, CODE[split], rng)]
    own = list(grammar(split, draw=draw))
    wanted = planting.instructions(given)
    bipia = [e for e in given if e.source == "bipia_composed" and e.attack and e.span]
    wanted += 4 * [(e.text[slice(*e.span)], e.lang, e.group, kind("indirect")) for e in bipia if e.span]
    wanted += [(text, lang, f"demand-{at}", kind("indirect")) for at, (text, lang) in enumerate(demands(DEMANDS[split], rng))]
    benign = [e for e in given if not e.attack and e.channel == "user"]
    attacks = [e for e in given if e.attack and e.channel == "user"]
    everything = [e for e in given if not e.document]
    everything = [e for e in everything if e.source != "cold_comments_zh" or rng.random() < 0.7]
    composed = [
        *planting.planted([*documents, *(e for e in own if e.document)], wanted, PLANTED[split], rng),
        *planting.behind(benign, attacks, BEHIND[split], rng),
        *(hard(benign, split, HARD[split] * hardness, rng) if hardness else ()),
    ]
    if split == "train":
        everything = [disguised(e, rng) if rng.random() < MUTATED else e for e in everything]
        composed = [disguised(e, rng) if rng.random() < MUTATED / 2 else e for e in composed]
    return [*everything, *documents, *own, *composed]


def grammar(split: Literal["train", "dev", "held"], scale: float = 1.0, draw: int = 0) -> Iterator[Example]:
    """The rows of our own grammar."""
    for row in rows(SEED + draw, split, scale):
        attack = row["label"] == "attack"
        yield Example(
            text=row["text"], attack=attack, channel=row["channel"], lang=row["lang"], source=f"grammar/{row['family']}",
            group=f"{row['family']}/{row['seed_group']}", kind=kind(row["class"]),
            span=tuple(row["span"]) if row["span"] else None,
            document=not attack and row["channel"] == "data" and bool(row.get("document")),
        )


def disguised(example: Example, rng: random.Random) -> Example:
    """The example after one light mutation, of the parts before, in and behind its span each on its own."""
    change = MUTATIONS[rng.choice(LIGHT["zh" if example.lang == "zh" else "en"])]
    if example.span is None:
        return example.said(change(example.text, rng), None)
    start, end = example.span
    parts = [change(part, rng) if part else "" for part in (example.text[:start], example.text[start:end], example.text[end:])]
    at = len(parts[0])
    return example.said("".join(parts), (at, at + len(parts[1])))


