"""Writes the sets that ``yanmen guard train`` comes with: gates and rehearsal, own-written texts only.

    python -m training.prompt.learning_sets

Rows are drawn from the grammar (training/prompt/grammar), evenly over language, class and template family: rehearsal from its
split ``train``, gates from ``dev``, so no family and no payload is in both. ``held`` and everything of ``benchmark/`` stay out.
Seed 7; the same files at every run.
"""

from __future__ import annotations

import gzip
import io
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.prompt.grammar.generate import rows

FOLDER = Path(__file__).parents[2] / "src/yanmen/guard/learning/sets"
SEED = 7
LONGEST = 600
"""Characters of a row; longer documents are for the training of the whole model."""
SETS = {"rehearsal": ("train", 900), "gates": ("dev", 1_100)}
BENIGN = 0.55
"""Share of benign rows: they come first."""


def chosen(split: str, count: int) -> Iterator[dict[str, Any]]:
    """So many rows of a split: by turns from each language and class, and within it by turns from each family."""
    cells: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows(SEED, split, scale=1.0):
        if len(row["text"]) <= LONGEST:
            cells[row["lang"], row["class"]][row["family"]].append(row)
    chance = random.Random(SEED)
    for label, share in (("benign", BENIGN), ("attack", 1 - BENIGN)):
        names = sorted(name for name in cells if (name[1] == "benign") == (label == "benign"))
        queues = [by_turns(cells[name], chance) for name in names]
        yield from taken(queues, round(count * share))


def by_turns(families: dict[str, list[dict[str, Any]]], chance: random.Random) -> Iterator[dict[str, Any]]:
    """The rows of families, one of each by turns."""
    queues = [chance.sample(found, len(found)) for _, found in sorted(families.items())]
    chance.shuffle(queues)
    while queues:
        for queue in queues:
            yield queue.pop()
        queues = [queue for queue in queues if queue]


def taken(queues: list[Iterator[dict[str, Any]]], count: int) -> Iterator[dict[str, Any]]:
    """So many, one of each queue by turns, as long as there are any."""
    seen: set[str] = set()
    while queues and count:
        for queue in list(queues):
            row = next((one for one in queue if one["text"] not in seen), None)
            if row is None:
                queues.remove(queue)
            elif count:
                seen.add(row["text"])
                count -= 1
                yield row


def main() -> None:
    """Write both files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (split, count) in SETS.items():
        buffer = io.BytesIO()
        with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, compresslevel=9) as out:
            for number, row in enumerate(chosen(split, count)):
                kept = {key: row[key] for key in ("text", "label", "channel", "lang")}
                kind = {} if row["label"] == "benign" else {"class": row["class"]}
                line = {"id": f"{name}-{number:04d}", **kept, **kind, "source": row["family"]}
                out.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        (FOLDER / f"{name}.jsonl.gz").write_bytes(buffer.getvalue())


if __name__ == "__main__":
    main()
