"""Reads the YAML files of the grammar: families of templates, slots, payload pools, documents and wrappers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

import yaml

from training.prompt.grammar.expand import Seed

Split = Literal["train", "dev", "held"]
Kind = Literal["attack", "benign", "planted", "document", "wrapper", "lead"]
"""`planted` is a text for the inside of a document; `lead` is a user's question before a document."""

SPLITS: Final[tuple[Split, ...]] = get_args(Split)
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Family:
    """Templates of one mechanism and wording."""

    name: str
    kind: Kind
    attack_class: str
    """The class of an attack; `benign` for everything else."""
    lang: str
    channel: str
    split: Split
    texts: tuple[str, ...]
    slots: Mapping[str, Sequence[str]]
    form: str
    """Of a document: `prose`, `json`, or `line` (code, tables: one line, no line breaks)."""
    weight: float


@dataclass(frozen=True, slots=True)
class Grammar:
    """Everything that was read."""

    families: tuple[Family, ...]
    pools: Mapping[str, Sequence[Seed]]

    def pick(self, kind: Kind, split: Split, lang: str | None = None) -> list[Family]:
        """Families of a kind in a split, in the order of their files."""
        return [f for f in self.families if f.kind == kind and f.split == split and lang in (None, f.lang)]

    def seeds(self, split: Split) -> dict[str, list[Seed]]:
        """The payloads of a split: of every ten, two are held out and one is for development."""
        wanted = {"held": (0, 5), "dev": (3,), "train": (1, 2, 4, 6, 7, 8, 9)}[split]
        return {name: [s for i, s in enumerate(pool) if i % 10 in wanted] for name, pool in self.pools.items()}


def load(folder: Path = FOLDER) -> Grammar:
    """Read every YAML file of the folder. Raises KeyError and ValueError for what is not of the form."""
    slots: dict[str, Sequence[str]] = {}
    pools: dict[str, list[Seed]] = {}
    families: list[Family] = []
    files = [(path, yaml.safe_load(path.read_text("utf-8"))) for path in sorted(folder.glob("*.yaml"))]
    for _, data in files:
        slots.update(data.get("shared", {}))
        for name, texts in data.get("pools", {}).items():
            pools[name] = [Seed(f"{name}:{number:03d}", text) for number, text in enumerate(texts)]
    for path, data in files:
        for part in data.get("parts", ()):
            families.extend(_family(name, body, part, slots) for name, body in part["families"].items())
        names = [family.name for family in families]
        if len(names) != len(set(names)):
            raise ValueError(f"{path.name}: {sorted({n for n in names if names.count(n) > 1})} stand twice")
    return Grammar(tuple(families), pools)


def _family(name: str, body: Any, part: dict[str, Any], shared: Mapping[str, Sequence[str]]) -> Family:
    body = {"texts": body} if isinstance(body, list) else body
    kind, split = part["kind"], body.get("split", "train")
    if kind not in KINDS or split not in SPLITS:
        raise ValueError(f"{name}: kind {kind!r}, split {split!r}")
    return Family(
        name=name,
        kind=kind,
        attack_class=part["class"] if kind in {"attack", "planted"} else "benign",
        lang=body.get("lang", part["lang"]),
        channel=part.get("channel", "user"),
        split=split,
        texts=tuple(body["texts"]),
        slots={**shared, **part.get("let", {}), **body.get("let", {})},
        form=body.get("form", part.get("form", "prose")),
        weight=float(body.get("weight", part.get("weight", 1))),
    )
