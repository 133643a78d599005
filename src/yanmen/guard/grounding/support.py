"""How well a sentence is supported by a context: numbers, names, words and runs of words, and a small model that weighs them.

English only: nothing labelled was there to measure another language on. It compares letters, so a wrong sentence made of the
context's own words passes for supported, and a right one in other words may not.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase

FILE = Path(__file__).parent / "support.json"
"""The weights that come with Yanmen."""
LONGEST = 60_000
"""Characters of a context that are read."""
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*|\d[\d.,:/]*\d|\d")
_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]]{0,2}\s+(?=[A-Z0-9\"'(\[])|\n+")
_COMMON = frozenset(
    "a an the of in on at to for from by with and or but nor so as if than then that this these those it its is are was were be"
    " been being am do does did has have had will would can could may might must shall should not no yes he she they we you i his"
    " her their our your my him them us me who whom whose which what when where why how there here also just very more most such"
    " own same other into over under about after before between during through out up down off again once both each few some any"
    " all only".split()
)
_NEGATION = frozenset("not no never none neither nor without cannot".split())
_OPINION = re.compile(
    r"\b(?:I think|I believe|in my opinion|I would|I'm sorry|I am sorry|I don't know|I do not know|I cannot|I can't|as an AI|it seems|"
    r"perhaps|maybe|you should|you could|please|let me know|feel free)\b|\?\s*$",
    re.IGNORECASE,
)
"""Sentences that claim nothing about the world."""
FEATURES = ("words", "new_words", "numbers", "names", "sentence", "negation", "fragments")
"""Runs of words are no feature: in the data that there is, right answers are copied from the context, and runs alone tell them
apart (AUROC 0.99), which would call every answer in other words unsupported."""


class Weights(msgspec.Struct, frozen=True):
    """A logistic model over FEATURES, and what its files hash to."""

    weights: dict[str, float]
    bias: float
    threshold: float
    """Probability from which a sentence counts as unsupported."""
    digest: str
    """SHA-256 of the fields above, as canonical JSON."""


class Context:
    """A context, made ready."""

    def __init__(self, texts: Sequence[str], question: str = "") -> None:
        """Take the texts, and the question that they are to answer."""
        whole = "\n".join(texts)[:LONGEST]
        tokens = words(whole)
        self.words = {stem(one) for one in tokens}
        self.numbers = {_number(one) for one in tokens if one[0].isdigit()}
        lowered = [stem(one) for one in tokens]
        self.sentences = [{stem(one) for one in words(part) if _tells(one)} for part in sentences(whole)]
        self.negates = bool(_NEGATION & {one.lower() for one in tokens})
        self.asked = {stem(one) for one in words(question)}
        self.fragments = _fragments(lowered)


class Support(NamedTuple):
    """What is said of one sentence."""

    start: int
    end: int
    unsupported: float
    """Probability that the context does not support it."""


def words(text: str) -> list[str]:
    """Words and numbers, in order."""
    return _WORD.findall(text)


def stem(word: str) -> str:
    """A word without its commonest endings: enough for *opened* to meet *opens*."""
    low = word.lower().replace("’", "'").removesuffix("'s")
    for ending in ("ing", "ed", "es", "s"):
        if low.endswith(ending) and len(low) - len(ending) >= 4:  # noqa: PLR2004  # *sing*, *bed*
            return low[: -len(ending)]
    return low


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text."""
    return (text[start:end] for start, end in places(text))


def places(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a text begin and end."""
    start = 0
    for found in _SENTENCE.finditer(text):
        if found.start() > start:
            yield start, found.start()
        start = found.end()
    if start < len(text):
        yield start, len(text)


def claims(sentence: str) -> bool:
    """Whether a sentence says something that a context could support."""
    return any(_tells(one) for one in words(sentence)) and not _OPINION.search(sentence)


def features(sentence: str, context: Context) -> list[float]:
    """The values of FEATURES: shares of the sentence that the context has; what there is nothing of counts as found."""
    tokens = words(sentence)
    telling = [stem(one) for one in tokens if _tells(one)]
    new = [one for one in telling if one not in context.asked]
    numbers = [_number(one) for one in tokens if one[0].isdigit()]
    names = [stem(one) for index, one in enumerate(tokens) if index and one[0].isupper() and _tells(one)]
    negates = bool(_NEGATION & {one.lower() for one in tokens})
    fragments = sorted(_fragments(new))
    return [
        _share(telling, context.words),
        _share(new, context.words),
        _share(numbers, context.numbers),
        _share(names, context.words),
        max((len(set(telling) & one) / len(set(telling)) for one in context.sentences), default=0.0)
        if telling
        else 1.0,
        float(negates and not context.negates),
        _share(fragments, context.fragments),
    ]


def judge(text: str, context: Context) -> list[Support]:
    """What is to be said of each sentence of an answer that claims something."""
    model = shipped()
    said = []
    for start, end in places(text):
        sentence = text[start:end]
        if claims(sentence):
            values = zip(FEATURES, features(sentence, context), strict=True)
            logit = model.bias + sum(model.weights[name] * value for name, value in values)
            said.append(Support(start, end, 1 / (1 + math.exp(-logit))))
    return said


def fingerprint(weights: dict[str, float], bias: float, threshold: float) -> str:
    """The digest of a model's numbers."""
    data = msgspec.json.encode([sorted(weights.items()), bias, threshold])
    return hashlib.sha256(data).hexdigest()


@lru_cache(maxsize=1)
def shipped(file: Path = FILE) -> Weights:
    """The weights that come with Yanmen. Raises YanmenError where they are missing or not what they say."""
    try:
        read = msgspec.json.decode(file.read_bytes(), type=Weights)
    except (OSError, msgspec.DecodeError) as error:
        raise _broken(file) from error
    whole = set(read.weights) == set(FEATURES)
    if not whole or read.digest != fingerprint(read.weights, read.bias, read.threshold):
        raise _broken(file)
    return read


def _broken(file: Path) -> YanmenError:
    return YanmenError(
        Phrase(en="the weights of grounding are missing or damaged", zh="事实依据模型的权重缺失或损坏"),
        where=str(file),
        hint=Phrase(
            en="Install Yanmen again, or train the model again.", zh="请重新安装雁门，或重新训练模型。"
        ),
    )


def _tells(word: str) -> bool:
    return word.lower() not in _COMMON


def _number(word: str) -> str:
    return word.replace(",", "").rstrip(".:/")


def _share(parts: Sequence[str], known: set[str]) -> float:
    return sum(one in known for one in parts) / len(parts) if parts else 1.0


def _fragments(tokens: Sequence[str]) -> set[str]:
    """Pieces of four letters of words, their edges marked: related words share some."""
    edged = [f" {one} " for one in tokens]
    return {one[place : place + 4] for one in edged for place in range(max(len(one) - 3, 1))}
