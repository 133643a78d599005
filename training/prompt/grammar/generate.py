"""Writes the rows of the grammar: prompt attacks, hard benign texts, and documents with and without planted text.

`rows(seed, split)` is deterministic: the same grammar and seed give the same rows. From the root of the repository:
`python -m training.prompt.grammar.generate --seed 7 --split train > own-train.jsonl`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Iterator
from functools import cache, partial
from typing import Any, Final

from training.prompt.grammar.compose import Span, clean, plant, said, wrap
from training.prompt.grammar.expand import Expansion
from training.prompt.grammar.families import Family, Grammar, Kind, Split, load
from training.prompt.grammar.mutations import LIGHT, MUTATIONS

PER_FAMILY: Final[dict[Kind, int]] = {"attack": 46, "benign": 110, "planted": 66, "document": 110, "lead": 250}
"""Rows a family gives at weight 1."""
WRAPPED, MUTATED, BARE, QUOTED = 0.25, 0.2, 0.12, 0.15
"""Shares: of short texts in a wrapper, of any text mutated, of planted texts without a document, of documents under a question."""
SHORT: Final = 400
"""Characters of a text that is still put into a wrapper, attack or benign."""
TRIES: Final = 6  # for a text that was not there before


@cache
def grammar() -> Grammar:
    """The grammar of this folder, read once."""
    return load()


def rows(seed: int, split: Split, scale: float = 1.0) -> Iterator[dict[str, Any]]:
    """Every row of a split, family by family; `scale` multiplies how many each family gives."""
    writer = _Writer(grammar(), split)
    for kind, count in PER_FAMILY.items():
        for family in writer.grammar.pick(kind, split):
            rng = random.Random(f"{seed}/{split}/{family.name}")  # noqa: S311
            for _ in range(max(1, round(count * family.weight * scale))):
                row = writer.row(family, rng)
                if row is not None:
                    yield row


def plants(seed: int, split: Split, scale: float = 1.0) -> Iterator[dict[str, Any]]:
    """Planted texts without a document, for documents of one's own: see `compose.plant`."""
    writer = _Writer(grammar(), split)
    for family in writer.grammar.pick("planted", split):
        rng = random.Random(f"{seed}/{split}/{family.name}/bare")  # noqa: S311
        for _ in range(max(1, round(PER_FAMILY["planted"] * family.weight * scale))):
            expansion, text = writer.expanded(family, rng)
            if text not in writer.made:
                writer.made.add(text)
                yield {"text": text, "lang": family.lang, "family": family.name, "seed_group": expansion.group(family.name)}


class _Writer:
    """Makes the rows of one split; remembers what it made, so that no text comes twice."""

    def __init__(self, grammar: Grammar, split: Split) -> None:
        self.grammar = grammar
        self.split: Split = split
        self.pools = grammar.seeds(split)
        self.wrappers = grammar.pick("wrapper", "train")
        self.made: set[str] = set()

    def row(self, family: Family, rng: random.Random) -> dict[str, Any] | None:
        """A new row of the family, or nothing when it has no more to say."""
        make = {"planted": self._planted, "document": self._document, "lead": self._lead}.get(family.kind, self._said)
        for _ in range(TRIES):
            row = make(family, rng)
            text = row["text"].strip()
            digest = hashlib.sha256(text.casefold().encode()).hexdigest()
            if digest not in self.made:
                self.made.add(digest)
                return {"id": f"own-{self.split}-{digest[:12]}", **row}
        return None

    def _said(self, family: Family, rng: random.Random) -> dict[str, Any]:
        """What a user says: an attack, often in a wrapper, or something benign."""
        expansion, text = self.expanded(family, rng)
        text, span = said(text, partial(self._mutated, family=family, rng=rng))
        wrappers = [w for w in self.wrappers if w.lang == family.lang]
        if wrappers and len(text) < SHORT and rng.random() < WRAPPED:
            text, span = wrap(self.expanded(rng.choice(wrappers), rng)[1], text)
        return self._as_row(text, family, expansion, span if family.kind == "attack" else None)

    def _planted(self, family: Family, rng: random.Random) -> dict[str, Any]:
        """An instruction inside a document, or bare where a document is expected."""
        expansion, text = self.expanded(family, rng)
        text = self._mutated(text, family, rng, share=MUTATED / 2)
        if rng.random() < BARE:
            return self._as_row(text, family, expansion, (0, len(text)), channel="data")
        document = self._any_document(family, rng)
        whole, span = plant(self.expanded(document, rng)[1], text, document.form, rng)
        channel = "data"
        # An order to the model stays an attack when a user brings the document; a plain request might be the user's own.
        if family.channel == "both" and rng.random() < QUOTED:
            leads = self.grammar.pick("lead", self.split, document.lang) or self.grammar.pick("lead", "train", document.lang)
            whole, outer = wrap(self.expanded(rng.choice(leads), rng)[1], whole)
            span, channel = (span[0] + outer[0], span[1] + outer[0]), "user"
        row = self._as_row(whole, family, expansion, span, channel=channel)
        return {**row, "document": document.name}

    def _document(self, family: Family, rng: random.Random) -> dict[str, Any]:
        """A clean document."""
        expansion, text = self.expanded(family, rng)
        return {**self._as_row(clean(text), family, expansion, None, channel="data"), "document": family.name}

    def _lead(self, family: Family, rng: random.Random) -> dict[str, Any]:
        """A user's question about a clean document."""
        expansion, lead = self.expanded(family, rng)
        document = rng.choice(self.grammar.pick("document", self.split, family.lang))
        text, _ = wrap(lead, clean(self.expanded(document, rng)[1]))
        return {**self._as_row(text, family, expansion, None), "document": document.name}

    def _any_document(self, family: Family, rng: random.Random) -> Family:
        lang = family.lang if rng.random() < 0.9 else None  # noqa: PLR2004
        return rng.choice(self.grammar.pick("document", self.split, lang))

    def expanded(self, family: Family, rng: random.Random) -> tuple[Expansion, str]:
        """One of the family's templates, filled, and what it was filled with."""
        expansion = Expansion(rng, family.slots, self.pools)
        return expansion, expansion.fill(rng.choice(family.texts)).strip()

    @staticmethod
    def _mutated(text: str, family: Family, rng: random.Random, share: float = MUTATED) -> str:
        if family.attack_class == "encoded" or family.form == "encoded" or rng.random() >= share:
            return text
        return MUTATIONS[rng.choice(LIGHT.get(family.lang, LIGHT["en"]))](text, rng)

    def _as_row(
        self, text: str, family: Family, expansion: Expansion, span: Span | None, *, channel: str | None = None
    ) -> dict[str, Any]:
        return {
            "text": text,
            "label": "benign" if span is None else "attack",
            "lang": family.lang,
            "channel": channel or family.channel,
            "class": family.attack_class,
            "family": family.name,
            "seed_group": expansion.group(family.name),
            "split": self.split,
            "span": span,
        }


def main() -> None:
    """Print the rows of a split as JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--split", choices=("train", "dev", "held"), default="train")
    parser.add_argument("--scale", type=float, default=1.0)
    arguments = parser.parse_args()
    for row in rows(arguments.seed, arguments.split, arguments.scale):
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
