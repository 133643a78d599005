"""The card of the prompt-attack model as a page: its files, its measured figures, its data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
WEIGHTS = ROOT / "src/yanmen/guard/model/weights"
CARD = ROOT / "training/prompt/card"
HEADS = {
    "en": ("set", "rows", "right", "95 %", "cascade", "cleared"),
    "zh": ("数据集", "行数", "正确", "95 %", "级联", "放行"),
}
SOURCES = {"en": ("source (channel)", "rows", "attacks"), "zh": ("来源（通道）", "行数", "攻击")}
PEERS = {
    "en": "the table of `bench/results/guard_model.json` says of each what is comparable.",
    "zh": "每一项是否可比，见 `bench/results/guard_model.json` 中的说明。",
}


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _table(head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join(lines + [f"| {' | '.join(map(str, row))} |" for row in rows])


def page(made: str, language: str) -> str:
    """The page in ``en`` or ``zh``; ``made`` is the line that says so."""
    card, measured, data = (
        _json(WEIGHTS / "card.json"),
        _json(ROOT / "bench/results/guard_model.json"),
        _json(CARD / "data.json"),
    )
    sets = [
        (name, one["n"], one["right"], "–".join(map(str, one["interval"])), one["cascade"], one["cleared"])
        for name, one in measured["sets"].items()
    ]
    speed = "; ".join(
        f"{name}: {value['median'] if isinstance(value, dict) else value}"
        for name, value in measured["speed"].items()
    )
    peers = "; ".join(
        f"{name}: " + ", ".join(f"{who} {figure}" for who, figure in one.items() if who != "comparable")
        for name, one in measured["peers"].items()
    )
    title, _, text = (CARD / f"{language}.md").read_text("utf-8").partition("\n")
    return f"{title}\n\n{made}" + text.format(
        version=card["version"],
        made=card["made"],
        pieces="36,000",
        window=card["window"],
        thresholds=", ".join(
            f"`{name}` {numbers['threshold']}" for name, numbers in card["channels"].items()
        ),
        classes=", ".join(card["classes"]),
        megabytes=round(sum((WEIGHTS / name).stat().st_size for name in card["files"]) / 1e6, 1),
        files=_table(
            ("file", "SHA-256"), [(f"`{name}`", f"`{digest}`") for name, digest in card["files"].items()]
        ),
        figures=_table(HEADS[language], sets),
        peers=f"{peers}. {PEERS[language]}",
        speed=f"{speed}.",
        sources=_table(
            SOURCES[language], [(name, one["rows"], one["attacks"]) for name, one in data["sources"].items()]
        ),
    )
