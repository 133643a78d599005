"""The usual shapes of training rows, and what of a row is asked, answered and labelled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from yanmen.supply.datasets.pairs import parted

QUESTIONS = (
    *("instruction", "input", "query", "prompt", "question", "context"),
    *("指令", "问题", "提问", "题目", "输入", "上下文"),
)
ANSWERS = (
    *("output", "completion", "response", "answer", "answers", "target"),
    *("输出", "回答", "答案", "回复", "答复"),
)
TURNS = ("messages", "conversations", "conversation", "dialog", "dialogue")
TEXTS = (
    "text",
    "content",
    "sentence",
    "review",
    "sentence1",
    "sentence2",
    "document",
    "title",
    "question_text",
    "body",
    "comment",
    *("文本", "内容", "句子", "评论", "正文", "标题"),
)
LABELS = (
    *("label", "labels", "class", "category", "sentiment", "target", "is_harmful", "toxicity"),
    *("标签", "类别", "分类", "情感"),
)
SOURCES = (
    "source",
    "origin",
    "dataset",
    "url",
    "contributor",
    "author",
    "annotator",
    "worker_id",
    "domain",
    "split_source",
    *("来源", "出处", "标注者", "标注人", "作者"),
)
LICENCES = ("license", "licence", "licenses", "rights", "copyright", "许可证", "许可", "授权")
_ASKS = {"user", "human", "customer", "input", "tool", "function", "observation", "ipython", "environment"}
_ANSWERS = {"assistant", "gpt", "bot", "model", "chatgpt", "output", "function_call", "ai"}
MOST_LABELS = 50
"""Labels beyond which a column is none."""
_LABEL_ROWS = 20
_DEPTH = 4
_LONG_LABEL = 64


class Row(NamedTuple):
    """One row, as the detectors see it."""

    line: int
    file: int
    """Place in the list of files."""
    asked: str
    """All that the model is given but the system message: instruction, input, the user's turns, or the text that has a label."""
    answered: str
    """What it shall answer: output, completion, the chosen answer, the assistant's turns."""
    rejected: str
    """The answer that it shall not give, of a pair."""
    system: str
    label: str
    """Empty: none."""
    source: str
    licence: str


class Shape(NamedTuple):
    """What the columns are for."""

    name: str
    """``instruction``, ``messages``, ``preference``, ``completion``, ``question``, ``labelled``, ``text`` or ``unknown``."""
    asked: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    rejected: str = ""
    turns: str = ""
    label: str = ""
    source: str = ""
    licence: str = ""


def _first(names: Iterable[str], there: set[str]) -> str:
    return next((name for name in names if name in there), "")


def _all(names: Iterable[str], there: set[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name in there)


def shape_of(records: Sequence[Mapping[str, Any]]) -> Shape:
    """What most of these rows are; a shape without a name that is known is examined as texts."""
    counts = Counter(str(name).lower() for record in records for name in record)
    there = {name for name, count in counts.items() if 2 * count >= len(records)}
    source, licence = _first(SOURCES, there), _first(LICENCES, there)
    turns = _first(TURNS, there)
    if {"chosen", "rejected"} <= there:
        asked = _all(QUESTIONS, there)
        return Shape("preference", asked, ("chosen",), "rejected", turns, "", source, licence)
    if turns:
        label = _label_column(records, there & set(LABELS))
        return Shape("messages", (), (), "", turns, label, source, licence)
    texts = _all(TEXTS, there)
    labels = there & set(LABELS)
    asked, answered = _all(QUESTIONS, there), _all(ANSWERS, there)
    if asked and answered and not (texts and "label" in labels):
        name = "instruction" if "instruction" in there else "completion" if "prompt" in there else "question"
        label = _label_column(records, labels - set(answered))
        return Shape(name, asked, answered, "", "", label, source, licence)
    asked = texts or asked or answered
    if asked:
        label = _label_column(records, labels - set(asked))
        return Shape("labelled" if label else "text", asked, (), "", "", label, source, licence)
    return _unknown(records, there, source, licence)


def _label_column(records: Sequence[Mapping[str, Any]], names: Iterable[str]) -> str:
    """The first column that has few and short values. One value alone may be all: files are often in the order of their labels."""
    for name in sorted(names, key=_rank):
        values = {text for record in records if (text := plain(_get(record, name)))}
        few = len(values) <= MOST_LABELS and _LABEL_ROWS // 4 * len(values) <= len(records)
        if few and values and all(len(value) <= _LONG_LABEL for value in values):
            return name
    return ""


def _rank(name: str) -> tuple[int, str]:
    return (LABELS.index(name) if name in LABELS else len(LABELS), name)


def _unknown(records: Sequence[Mapping[str, Any]], there: set[str], source: str, licence: str) -> Shape:
    """Columns without known names: the label has few values, the texts are whatever is long."""
    lengths = {name: sum(len(plain(_get(record, name))) for record in records) for name in sorted(there)}
    label = _label_column(records, there)
    rest = {name: size for name, size in lengths.items() if name != label}
    if not rest:
        return Shape("unknown", tuple(sorted(there)), source=source, licence=licence)
    longest = max(rest.values())
    asked = tuple(name for name, size in rest.items() if size * 4 >= longest)
    return Shape("labelled" if label else "unknown", asked, label=label, source=source, licence=licence)


def _get(record: Mapping[str, Any], name: str) -> Any:
    if name in record:
        return record[name]
    return next((value for key, value in record.items() if str(key).lower() == name), None)


def plain(value: Any, depth: int = _DEPTH) -> str:
    """A value as text: what is nested is read in order, without its keys."""
    if value is None or depth < 0:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Mapping):
        if "type" in value and "text" in value:
            return plain(value["text"], depth - 1)
        return _joined(value.values(), depth)
    if isinstance(value, list | tuple):
        return _joined(value, depth)
    return str(value)


def _joined(values: Iterable[Any], depth: int) -> str:
    return "\n".join(text for value in values if (text := plain(value, depth - 1)))


def turns_of(value: Any) -> tuple[str, str, str]:
    """System, user and assistant texts of a conversation, whatever names its roles have."""
    said: dict[str, list[str]] = {"system": [], "asked": [], "answered": []}
    for place, turn in enumerate(value if isinstance(value, list | tuple) else [value]):
        if not isinstance(turn, Mapping):
            said["answered" if place % 2 else "asked"].append(plain(turn))
            continue
        role = str(turn.get("role") or turn.get("from") or turn.get("speaker") or "").lower()
        text = plain(next((turn[name] for name in ("content", "value", "text") if name in turn), None))
        kind = "answered" if role in _ANSWERS else "asked" if role in _ASKS else "system"
        if kind == "system" and role not in {"system", "developer"}:
            kind = "answered" if place % 2 else "asked"
        said[kind].append(text)
    system, asked, answered = ("\n".join(filter(None, texts)) for texts in said.values())
    return system, asked, answered


def row_of(shape: Shape, line: int, file: int, record: Mapping[str, Any], longest: int) -> Row:
    """A record as the detectors see it; texts longer than ``longest`` keep their beginning and their end."""
    system = plain(_get(record, "system"))
    asked = _joined((_get(record, name) for name in shape.asked), _DEPTH)
    answered = ""
    if shape.turns:
        first, second, answered = turns_of(_get(record, shape.turns))
        system, asked = "\n".join(filter(None, (system, first))), "\n".join(filter(None, (asked, second)))
    if shape.rejected:
        common, chosen, other = parted(_get(record, shape.answered[0]), _get(record, shape.rejected))
        before = turns_of(common)[1] if isinstance(common, list) else common
        asked = asked if before in asked else "\n".join(filter(None, (asked, before)))
        answered, rejected = _reply(chosen), _reply(other)
    else:
        given = (_reply(_get(record, name)) for name in shape.answered)
        answered, rejected = "\n".join(filter(None, (answered, *given))), ""
    return Row(
        line,
        file,
        cut(asked, longest),
        cut(answered, longest),
        cut(rejected, longest),
        cut(system, longest),
        plain(_get(record, shape.label))[:_LONG_LABEL] if shape.label else "",
        plain(_get(record, shape.source))[:_LONG_LABEL] if shape.source else "",
        plain(_get(record, shape.licence))[:_LONG_LABEL] if shape.licence else "",
    )


def _reply(value: Any) -> str:
    """An answer: a text, a turn, or a conversation that ends with it."""
    if isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        return turns_of(value)[2]
    return turns_of([{"role": "assistant", **value}])[2] if isinstance(value, Mapping) else plain(value)


def cut(text: str, longest: int) -> str:
    """The beginning and the end of a text; surrogates that stand alone become U+FFFD."""
    if len(text) > longest:
        text = text[: longest // 2] + "\n" + text[-(longest // 2) :]
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
