"""The classes of attacks on a model, and the rule that the learned detectors find each under."""

from __future__ import annotations

from yanmen.core.nouns import Phrase, Rule, Severity

_JUDGE = Phrase(
    en="Do not pass it on as it is. Look at the evidence; if it is harmless, label it so that the detector learns.",
    zh="不要原样放行。请查看证据；若确属正常内容，请为其打上标签，供检测器学习。",
)
_DATA = Phrase(
    en="Take the planted words out of the data, or leave the data out; find out who put them there.",
    zh="删除数据中植入的语句，或弃用该数据，并查明由谁植入。",
)


def _rule(word: str, en: str, zh: str, *tags: str, fix: Phrase = _JUDGE) -> Rule:
    return Rule(
        id=f"prompt.attack-{word}",
        title=Phrase(en=en, zh=zh),
        severity=Severity.HIGH,
        fix=fix,
        tags=(f"class:{word}", "owasp-llm:LLM01", *tags),
    )


LEARNED: dict[str, Rule] = {
    rule.id.removeprefix("prompt.attack-"): rule
    for rule in (
        _rule(
            "override",
            "Tries to override the instructions of the service",
            "企图推翻服务的既定指令",
            "atlas:AML.T0051.000",
        ),
        _rule(
            "jailbreak",
            "Tries to talk the model out of its limits, by a role or a story",
            "企图借角色扮演或虚构情节让模型越狱",
            "atlas:AML.T0054",
        ),
        _rule(
            "extraction",
            "Tries to extract the hidden instructions",
            "企图套取隐藏的系统提示",
            "owasp-llm:LLM07",
            "atlas:AML.T0056",
        ),
        _rule(
            "exfiltration",
            "Tries to have data carried away",
            "企图将数据外传",
            "owasp-llm:LLM02",
            "atlas:AML.T0024",
            "atlas:AML.T0057",
        ),
        _rule(
            "tool-hijack",
            "Tries to have tools called for another's ends",
            "企图劫持工具调用",
            "owasp-llm:LLM06",
            "atlas:AML.T0053",
        ),
        _rule(
            "encoded",
            "Hides an attack in an encoding",
            "用编码隐藏攻击内容",
            "atlas:AML.T0051",
            "atlas:AML.T0068",
        ),
        _rule(
            "many-shot",
            "Wears the model down with made-up examples or turns",
            "以大量伪造的示例或对话诱导模型",
            "atlas:AML.T0054",
        ),
        _rule(
            "suffix",
            "Carries an adversarial string that makes models comply",
            "带有诱使模型顺从的对抗性字符串",
            "atlas:AML.T0054",
            "atlas:AML.T0043",
        ),
        _rule(
            "indirect",
            "Gives the model orders from within data",
            "在数据中向模型下达指令",
            "atlas:AML.T0051.001",
            fix=_DATA,
        ),
        _rule("other", "Attacks the model in another way", "以其他方式攻击模型", "atlas:AML.T0051"),
    )
}
"""By class."""


def rule_of(word: str) -> Rule:
    """The rule of a class; of a word that is none, ``other``'s."""
    return LEARNED.get(word, LEARNED["other"])


def class_of(rule: Rule) -> str:
    """The word of a rule's tag ``class:…``; without one, the room of its id (``secret``, ``text`` …)."""
    return next((tag[6:] for tag in rule.tags if tag.startswith("class:")), rule.id.partition(".")[0])
