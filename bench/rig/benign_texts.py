"""Files of words, documents, formulas, graphs, and of what programs keep beside their models."""

# mypy: ignore-errors
# ruff: noqa: PLC0415, PLC3002, ICN001, DTZ001
# Part of benign_more.py, and run where that is.

from __future__ import annotations

import importlib
import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

Made = Iterator[tuple[str, Callable[[], Any]]]
WORDS = [
    ["red", "car", "road"],
    ["blue", "boat", "sea"],
    ["green", "tree", "road"],
    ["sea", "boat", "red"],
] * 8


def words() -> Made:
    """Gensim and NLTK, trained here."""
    import gensim
    import nltk

    corpus = lambda: gensim.corpora.Dictionary(WORDS)  # noqa: E731
    bags = lambda: [corpus().doc2bow(each) for each in WORDS]  # noqa: E731
    yield "Word2Vec", lambda: gensim.models.Word2Vec(WORDS, vector_size=8, min_count=1)
    yield "KeyedVectors", lambda: gensim.models.Word2Vec(WORDS, vector_size=8, min_count=1).wv
    yield "FastText", lambda: gensim.models.FastText(WORDS, vector_size=8, min_count=1, bucket=50)
    yield (
        "Doc2Vec",
        lambda: gensim.models.Doc2Vec(
            [gensim.models.doc2vec.TaggedDocument(w, [i]) for i, w in enumerate(WORDS)],
            vector_size=8,
            min_count=1,
        ),
    )
    yield "Dictionary", corpus
    yield "TfidfModel", lambda: gensim.models.TfidfModel(bags())
    yield "LsiModel", lambda: gensim.models.LsiModel(bags(), num_topics=2)
    yield "LdaModel", lambda: gensim.models.LdaModel(bags(), corpus(), num_topics=2)
    yield "Phrases", lambda: gensim.models.Phrases(WORDS, min_count=1)
    tagged = [[(word, "N") for word in line] for line in WORDS]
    yield "UnigramTagger", lambda: nltk.UnigramTagger(tagged)
    yield "BigramTagger", lambda: nltk.BigramTagger(tagged, backoff=nltk.DefaultTagger("N"))
    yield (
        "NaiveBayes",
        lambda: nltk.NaiveBayesClassifier.train([({"w": w[0]}, str(i % 2)) for i, w in enumerate(WORDS)]),
    )
    yield "FreqDist", lambda: nltk.FreqDist(word for line in WORDS for word in line)
    yield "ConditionalFreqDist", lambda: nltk.ConditionalFreqDist((w[0], w[1]) for w in WORDS)
    yield "Tree", lambda: nltk.Tree.fromstring("(S (NP a) (VP (V b) (NP c)))")
    yield "CFG", lambda: nltk.CFG.fromstring("S -> A B\nA -> 'a'\nB -> 'b'")
    yield "PorterStemmer", nltk.PorterStemmer
    yield (
        "Laplace",
        lambda: (lambda m: (m.fit([[("a", "b")]], ["a", "b"]), m)[1])(
            importlib.import_module("nltk.lm").Laplace(2)
        ),
    )


def spacy_objects() -> Made:
    """SpaCy's vocabularies and documents, thinc's models."""
    import spacy

    blank = lambda: spacy.blank("en")  # noqa: E731
    yield "Doc", lambda: blank()("A red car on the road.")
    yield "DocBin", lambda: (lambda b: (b.add(blank()("A red car.")), b)[1])(spacy.tokens.DocBin())
    yield "StringStore", lambda: spacy.strings.StringStore(["a", "b"])
    yield "Vocab", lambda: blank().vocab
    yield "Language", blank
    yield "Linear", lambda: importlib.import_module("thinc.api").Linear(2, 3).initialize()


def symbols() -> Made:
    """Sympy and networkx."""
    import networkx
    import sympy

    x, y = sympy.symbols("x y")
    yield "expression", lambda: sympy.sin(x) ** 2 + y / 3
    yield "Matrix", lambda: sympy.Matrix([[1, x], [y, 2]])
    yield "Integral", lambda: sympy.Integral(sympy.exp(-(x**2)), (x, 0, sympy.oo))
    yield "Poly", lambda: sympy.Poly(x**2 + 1, x)
    for name in "Graph DiGraph MultiGraph MultiDiGraph".split():
        yield name, lambda name=name: getattr(networkx, name)([(1, 2), (2, 3)])
    yield "karate", networkx.karate_club_graph


def plain() -> Made:
    """What programs keep beside their models."""
    import collections
    import decimal
    import enum
    import fractions
    import ipaddress
    import uuid

    yield "vocabulary", lambda: {f"word{i}": i for i in range(5000)}
    yield (
        "counters",
        lambda: [
            collections.Counter("hello"),
            collections.deque([1, 2], 5),
            collections.defaultdict(list, a=[1]),
            collections.OrderedDict(a=1),
            collections.ChainMap({"a": 1}),
        ],
    )
    yield (
        "times",
        lambda: [
            date(2026, 1, 1),
            datetime(2026, 1, 1),
            timedelta(3),
            timezone(timedelta(hours=8)),
            datetime(2026, 1, 1).time(),
        ],
    )
    yield "numbers", lambda: [decimal.Decimal("1.5"), fractions.Fraction(1, 3), 2j, 1 << 80, float("nan"), -1]
    yield (
        "identifiers",
        lambda: [uuid.UUID(int=5), ipaddress.ip_address("10.0.0.1"), ipaddress.ip_network("10.0.0.0/8")],
    )
    yield (
        "paths",
        lambda: [
            Path("a/b"),
            slice(1, 2),
            range(3),
            frozenset({1}),
            {2},
            bytearray(b"x"),
            Ellipsis,
            NotImplemented,
        ],
    )
    yield "errors", lambda: [ValueError("x"), KeyError("y"), OSError(2, "z")]
    yield "random", lambda: random.Random(5)
    yield "builtins", lambda: [len, int, dict, sorted, isinstance, enum.Enum]
    shared = [1, 2]
    yield "shared", lambda: {"a": shared, "b": shared, "c": [shared] * 3}
