"""Composes documents: instructions planted in clean ones, and attacks behind ordinary questions. Spans are kept."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence

from training.prompt.examples import Channel, Example, kind

ASKED = re.compile(
    r"answer|question|summar|following|review|article|dialog|conversation|passage|paragraph|context|write|extract|generate|"
    r"choose|option|true|false|rating|sentiment|paraphrase|sentence|topic|category|label|tldr|read|given|correct|suggest|\?",
    re.IGNORECASE,
)
"""Words of the instruction that t0 texts put before or behind a document."""
LEADS = (
    "", "", "", "", "", "Also, ", "Additionally, ", "Please ", "In addition, ", "Next, ", "Before you answer: ", "New task: ",
    "Instruction: ", "IMPORTANT: ", "Note to the assistant: ", "AI, ", "P.S. ", "Finally, ", "One more thing: ",
    "Then ", "TO" "DO: ",
    "When you have read this, ", "Assistant: ", "As your next step, ", "Your reply must also do this: ",
)
LEADS_ZH = ("", "", "", "另外，", "请", "顺便，", "此外，请", "读完后，", "新任务：", "AI 助手请注意：", "重要：", "接下来，", "补充指令：", "最后，")
SURE = re.compile(r"ignor|disregard|forget|override|bypass|reveal|system prompt|忽略|无视|忘记|系统提示", re.IGNORECASE)


def bodies(examples: Sequence[Example]) -> list[Example]:
    """Clean documents: what in the rows is read and not asked, as data."""
    found = []
    for example in examples:
        if example.document:
            found.append(_as_data(example, example.text))
        elif example.source == "t0_documents":
            body = _body(example.text)
            if len(body) >= 150:
                found.append(_as_data(example, body))
    comments = [e for e in examples if e.source == "cold_comments_zh"]
    for at in range(0, len(comments), 4):
        few = comments[at : at + 1 + at // 4 % 4]
        found.append(_as_data(few[0], "\n".join(f"{'用户' if at % 3 else '楼'}{n + 1}：{c.text}" for n, c in enumerate(few))))
    return found


def _as_data(example: Example, text: str) -> Example:
    return Example(
        text=text, attack=False, channel="data", lang=example.lang, source=f"{example.source}/clean", group=example.group,
        document=True,
    )


def _body(text: str) -> str:
    """A t0 text without the instruction around its document."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) == 1:
        sentences = re.split(r"(?<=[.!?]) +", lines[0])
        return " ".join(sentences[:-1]) if len(sentences) > 3 and ASKED.search(sentences[-1]) else ""
    while len(lines) > 1 and len(lines[0]) < 260 and ASKED.search(lines[0]):
        lines.pop(0)
    while len(lines) > 1 and len(lines[-1]) < 260 and (ASKED.search(lines[-1]) or lines[-1].lstrip()[:1] in "-*"):
        lines.pop()
    return "\n".join(lines)


def instructions(examples: Sequence[Example]) -> list[tuple[str, str, str, int]]:
    """What can be planted: (text, language, group, class) of benign requests and of short attacks."""
    wanted = {"alpaca_zh", "belle_seed_zh", "belle_zh", "self_instruct", "neuralchemy", "arena_hard",
    "mitre_frr", "toolcall_en",
              "toolcall_zh", "slabs", "content/advbench_en"}
    found = []
    for number, example in enumerate(examples):
        text = example.text.strip()
        if example.attack and len(text) <= 350 and example.source != "bipia_composed":
            found.append((text, example.lang, example.group, kind("indirect")))
        elif not example.attack and example.source in wanted and len(text) <= 260 and (
            _asks(text) or (number % 5 == 0 and text.endswith(("?", "？")))
        ):
            found.append((text, example.lang, example.group, kind("indirect")))
    return found


IMPERATIVE = re.compile(
    r"(?:please |can you |could you |i need you to |i want you to )?(?:write|generate|create|give|tell|make|explain|list|describe|"
    r"draft|translate|summarize|compose|show|find|provide|compare|design|develop|debug|help|suggest|rewrite|convert|calculate|"
    r"identify|classify|say|name|come up|tell|recommend|build|implement|add|send|book|search|print|output|use|act|imagine)\b",
    re.IGNORECASE,
)
IMPERATIVE_ZH = re.compile(r"^(?:请|帮|写|给|生成|列|翻译|总结|描述|解释|创建|设计|编写|根据|将|把|告诉|计算|推荐|说|分析|提供|为)")


def _asks(text: str) -> bool:
    return bool(IMPERATIVE.match(text) or IMPERATIVE_ZH.match(text)) and text.count("\n") < 6


def planted(
    documents: Sequence[Example], wanted: Sequence[tuple[str, str, str, int]], count: int, rng: random.Random
) -> Iterator[Example]:
    """So many documents with an instruction in them; a share is the bare instruction, which is all there is of the document."""
    by_lang: dict[bool, list[Example]] = {zh: [d for d in documents if (d.lang == "zh") == zh] for zh in (False, True)}
    for number in range(count):
        text, lang, group, word = rng.choice(wanted)
        chinese = lang == "zh"
        lead = rng.choice(LEADS_ZH if chinese else LEADS)
        said = lead + (text[:1].lower() + text[1:] if lead.endswith((", ", "Please ", "Then ")) else text)
        if number % 5 == 0:
            yield _example(said, (0, len(said)), lang, group, word, "bare")
            continue
        mixed = rng.random() < 0.12
        document = rng.choice(by_lang[chinese != mixed])
        whole, span = plant(document.text, said, rng)
        yield _example(whole, span, document.lang, group, word, "planted")


def _example(text: str, span: tuple[int, int], lang: str, group: str, word: int, how: str, channel: Channel = "data") -> Example:
    return Example(
        text=text, attack=True, channel=channel, lang=lang, source=f"own/{how}", group=f"{group}+{how}", kind=word, span=span
    )


def plant(document: str, said: str, rng: random.Random) -> tuple[str, tuple[int, int]]:
    """The document with the words in it: at its beginning, at its end, or between two sentences, lines or cells."""
    if document.lstrip().startswith(("{", "[")):
        quoted = json.dumps(said, ensure_ascii=False)[1:-1]
        ends = [match.start() for match in re.finditer(r'(?<=[\w.]|[\u4e00-\u9fff])"\s*[,}\]]', document)]
        if ends:
            at = rng.choice(ends)
            return document[:at] + " " + quoted + document[at:], (at + 1, at + 1 + len(quoted))
    places = [0, len(document)]
    where = rng.random()
    if where < 0.5:
        breaks = [match.end() for match in re.finditer(r"[.!?。！？；\n]\s*|\|\s", document)]
        places = breaks or places
    elif where < 0.75:
        places = [len(document)]
    else:
        places = [0]
    at = rng.choice(places)
    comment = rng.random() < 0.06
    opening, closing = rng.choice((("# ", "\n"), ("// ", "\n"), ("<!-- ", " -->"), ("/* ", " */"))) if comment else ("", "")
    join = rng.choice((" ", " ", "\n", "\n\n")) if "\n" in document else " "
    before = document[:at] + ("" if at == 0 or document[at - 1].isspace() else join) + opening
    after = closing + ("" if at == len(document) else join) + document[at:]
    return before + said + after, (len(before), len(before) + len(said))


def behind(benign: Sequence[Example], attacks: Sequence[Example], count: int, rng: random.Random) -> Iterator[Example]:
    """An ordinary question of a user with an attack before or behind it; and two ordinary ones together, which are none."""
    short = [e for e in benign if 20 < len(e.text) < 400]
    sure = [e for e in attacks if len(e.text) < 300 and SURE.search(e.text)]
    for number in range(count):
        first = rng.choice(short)
        join = rng.choice((" ", "\n", "\n\n", ". ", "; "))
        if number % 2:
            second = rng.choice([e for e in rng.sample(short, 30) if (e.lang == "zh") == (first.lang == "zh")] or short)
            yield Example(
                text=first.text + join + second.text, attack=False, channel="user", lang=first.lang, source="own/two",
                group=f"{first.group}+two",
            )
            continue
        second = rng.choice(sure)
        if rng.random() < 0.7:
            text, at = first.text + join + second.text, len(first.text + join)
        else:
            text, at = second.text + join + first.text, 0
        yield Example(
            text=text, attack=True, channel="user", lang=first.lang, source="own/behind", group=f"{second.group}+behind",
            kind=second.kind, span=(at, at + len(second.text)),
        )
