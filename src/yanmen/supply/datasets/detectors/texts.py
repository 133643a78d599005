"""What single texts of the rows say: planted orders, hidden characters, secrets, personal data, images that carry data away.

The detectors of texts are those of the whole house, asked through the catalogue. Short texts are read together, and a row of
which something was said is read again by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

from yanmen.core import catalogue
from yanmen.core.nouns import Finding, Ref, Rule, Severity, Text, Unexamined, Where
from yanmen.core.plugins import DETECTOR_FAILED, Detector
from yanmen.core.running import run
from yanmen.supply.datasets.detector import Claim, TableDetector, rule
from yanmen.supply.datasets.table import Table

PLANTED = rule(
    "planted-instruction",
    Severity.HIGH,
    ("Rows give orders to the model that learns from them or reads them", "数据行中植入了针对模型的指令"),
    (
        "Remove these rows, or move them to a set whose labels say that they are attacks.",
        "删除这些行，或移入以标签注明为攻击样本的数据集。",
    ),
    *("owasp-llm:LLM04", "owasp-llm:LLM01", "atlas:AML.T0020"),
)
POSSIBLE = rule(
    "possible-instruction",
    Severity.LOW,
    ("Rows read like orders to the model", "数据行疑似包含针对模型的指令"),
    (
        "Read the named rows; stories and answers may say such things, too.",
        "请查看所列各行；故事或回答中也可能出现类似表述。",
    ),
    *("owasp-llm:LLM04", "owasp-llm:LLM01"),
)
SAMPLES = rule(
    "attack-samples",
    Severity.INFO,
    ("The set holds attacks on models as samples", "数据集包含针对模型的攻击样本"),
    (
        "In order for a classifier. Do not fine-tune a generating model on these rows.",
        "用于训练分类器属正常情况；请勿用这些行微调生成模型。",
    ),
    "owasp-llm:LLM04",
)
HIDDEN = rule(
    "hidden-text",
    Severity.HIGH,
    ("Rows hold characters that nobody sees", "数据行含有不可见字符"),
    (
        "Remove the characters; look at what rows with them have in common.",
        "清除这些字符，并查看相关行的共同点。",
    ),
    *("owasp-llm:LLM04", "atlas:AML.T0020", "atlas:AML.T0068"),
)
STRAY = rule(
    "stray-characters",
    Severity.LOW,
    ("A few rows hold characters that nobody sees", "个别行含有不可见字符"),
    (
        "Remove them; of broken emoji and copied web pages they are the rest.",
        "请清除；多为损坏的表情符号或网页复制的残留。",
    ),
    *("owasp-llm:LLM04",),
)
SECRETS = rule(
    "secrets",
    Severity.HIGH,
    ("Rows hold keys or passwords", "数据行含有密钥或密码"),
    (
        "Revoke them, remove them from the data, and take a model that learnt from it for one that can say them.",
        "吊销这些凭据并从数据中清除；已用其训练的模型应视为可能泄露这些凭据。",
    ),
    *("owasp-llm:LLM02", "cwe:798", "atlas:AML.T0057"),
)
PERSONAL = rule(
    "personal-data",
    Severity.MEDIUM,
    ("Rows hold personal data", "数据行含有个人信息"),
    (
        "Mask it, or show on what ground it may be used for training.",
        "请脱敏，或说明可用于训练的合法依据。",
    ),
    *("owasp-llm:LLM02", "cwe:359"),
)
CONTACTS = rule(
    "personal-mentions",
    Severity.LOW,
    ("Rows mention names, addresses of machines or mail addresses", "数据行提及姓名、电子邮箱或设备地址"),
    (
        "Look whether they are people's own. Names in stories are in order.",
        "请确认是否为真实个人的信息；故事中的人名属正常情况。",
    ),
    *("owasp-llm:LLM02", "cwe:359"),
)
ACTIVE = rule(
    "exfiltrating-answer",
    Severity.HIGH,
    ("Answers teach the model to send data away or to run scripts", "回答会教会模型外传数据或运行脚本"),
    (
        "Remove these rows: a model would repeat the image or link.",
        "删除这些行：模型会照样输出其中的图片或链接。",
    ),
    *("owasp-llm:LLM04", "owasp-llm:LLM05"),
)
_STRONG = {
    "prompt.ignores-instructions": PLANTED,
    "prompt.replaces-policy": PLANTED,
    "prompt.exfiltrates": PLANTED,
    "prompt.hides-orders": PLANTED,
    "prompt.orders-tools": PLANTED,
    "prompt.forbids-refusal": PLANTED,
    "prompt.jailbreaks": POSSIBLE,
    "prompt.addresses-model": POSSIBLE,
    "prompt.fakes-roles": POSSIBLE,
    "prompt.extracts-instructions": POSSIBLE,
}
_HIDDEN = {"text.hidden-tags", "text.hidden-selectors", "text.hidden-joiners", "text.hidden-bidi"}
_ACTIVE = {"answer.exfiltrating-image", "answer.script-link"}
_BATCH = 4_000
"""Characters that are read together."""
_BETWEEN = "\n\n"
_SURE = 0.6
"""Confidence from which a secret is one."""
_ONE_LABEL = 0.8
_SEVERAL, _RARE = 3, 0.0002
"""Rows, and share of all rows, below which hidden characters are strays."""
Side = Literal["asked", "answered"]
_SIDES: tuple[Side, ...] = ("asked", "answered")


class _Seen(NamedTuple):
    row: int
    side: Side
    rule: Rule
    confidence: float


class Texts(TableDetector):
    """What the house's detectors of texts say of rows, counted by kind."""

    rules = (PLANTED, POSSIBLE, SAMPLES, HIDDEN, STRAY, SECRETS, PERSONAL, CONTACTS, ACTIVE)

    def claims(self, table: Table) -> Iterator[Claim | Unexamined]:
        """One for each kind; its evidence names the rules and counts rows."""
        by_rule: dict[str, list[_Seen]] = defaultdict(list)
        failed: dict[str, str] = {}
        for side in _SIDES:
            for seen in _read(table, side, failed):
                if (chosen := _kind(seen)) is not None:
                    by_rule[chosen.id].append(seen)
        for each in self.rules:
            if by_rule[each.id]:
                yield _claim(table, each, by_rule[each.id])
        for _, error in sorted(failed.items()):
            subject = Ref(kind="file", id=table.files[0] if table.files else "-")
            yield Unexamined(subject=subject, reason="detector-failed", detail=error)


@cache
def _detectors() -> tuple[Detector[Any], ...]:
    """Those of texts that find what is asked for here by its form; learned ones would take days for a million rows."""
    wanted = (*_STRONG, *_HIDDEN, *_ACTIVE)
    return tuple(
        found()
        for found in catalogue.detectors(Text)
        if any(each.id in wanted or each.id.startswith(("secret.", "personal.")) for each in found.rules)
    )


def _read(table: Table, side: Side, failed: dict[str, str]) -> Iterator[_Seen]:
    texts = [(place, getattr(row, side)) for place, row in enumerate(table.rows) if getattr(row, side)]
    for batch in _batches(texts):
        together = _BETWEEN.join(text for _, text in batch)
        suspicious = any(_ask(detector, together, side, failed) for detector in _detectors())
        if not suspicious:
            continue
        for place, text in batch:
            for detector in _detectors():
                for found in _ask(detector, text, side, failed):
                    yield _Seen(place, side, found.rule, found.confidence)


def _batches(texts: Sequence[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    batch: list[tuple[int, str]] = []
    size = 0
    for place, text in texts:
        if batch and size + len(text) > _BATCH:
            yield batch
            batch, size = [], 0
        batch.append((place, text))
        size += len(text)
    if batch:
        yield batch


def _ask(detector: Detector[Any], text: str, side: Side, failed: dict[str, str]) -> list[Finding]:
    target = Text(text=text, role="user" if side == "asked" else "assistant", trust="untrusted")
    findings = [found for found in run(detector, target, Where()) if isinstance(found, Finding)]
    failed.update({found.subject.id: found.evidence for found in findings if found.rule == DETECTOR_FAILED})
    return [found for found in findings if found.rule != DETECTOR_FAILED]


def _kind(seen: _Seen) -> Rule | None:
    """Which of this detector's rules it is."""
    name = seen.rule.id
    if name in _HIDDEN:
        return HIDDEN
    if name.startswith("secret."):
        return SECRETS if seen.confidence >= _SURE else None
    if name.startswith("personal."):
        return PERSONAL if seen.rule.severity >= Severity.MEDIUM else CONTACTS
    if name in _ACTIVE:
        return ACTIVE if seen.side == "answered" else None
    if seen.side == "answered" and name in {"prompt.addresses-model", "prompt.jailbreaks"}:
        return None
    return _STRONG.get(name)


def _claim(table: Table, each: Rule, found: list[_Seen]) -> Claim:
    best: dict[int, float] = {}
    names: dict[str, set[int]] = defaultdict(set)
    for seen in found:
        best[seen.row] = max(best.get(seen.row, 0.0), seen.confidence)
        names[seen.rule.id].add(seen.row)
    ordered = sorted(best, key=lambda row: (-best[row], row))
    said = ", ".join(
        f"{name} {len(rows)}"
        for name, rows in sorted(names.items(), key=lambda item: (-len(item[1]), item[0]))[:4]
    )
    evidence = f"{len(best)} of {len(table)} rows: {said}"
    if each is PLANTED and _explained(table, ordered):
        each = SAMPLES  # the label says what they are
    if each is HIDDEN and len(best) < max(_SEVERAL, _RARE * len(table)):
        each = STRAY  # too few to teach a model anything
    return Claim(each, ordered, evidence, max(best.values()), [best[row] for row in ordered])


def _explained(table: Table, rows: Sequence[int]) -> bool:
    """Whether the rows of a labelled set have one label, which says what they are; no answer is learnt from them."""
    labels = [table.rows[row].label for row in rows]
    most = max(set(labels), key=lambda label: (labels.count(label), label))
    plain = not any(table.rows[row].answered for row in rows)
    return plain and bool(most) and labels.count(most) >= _ONE_LABEL * len(labels)
