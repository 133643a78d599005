"""The sentences of incidents, in both languages, made from facts by templates. Each claim names the event that proves it."""

from __future__ import annotations

from yanmen.core.clock import iso
from yanmen.core.nouns import Phrase
from yanmen.core.redaction import LONGEST, visible
from yanmen.soc.abuse.detectors.callers import Callers
from yanmen.soc.abuse.features import explained
from yanmen.soc.facts import Calls, Facts, Sign

ABUSE = {rule.id: rule.title for rule in Callers.rules}
"""What a caller's behaviour shows, in words."""
_PLAIN = {
    "yanmen.detector-failed": Phrase(en="A detector fails: ", zh="检测器故障："),
    "store.gap": Phrase(
        en="Events of allowed traffic may be missing from the record", zh="事件记录可能缺少放行流量的事件"
    ),
    "budget.used": Phrase(en="A budget runs out: ", zh="预算即将或已经用尽："),
}


def title(cause: str, facts: Facts) -> Phrase:
    """What the incident is, in one line."""
    kind, _, subject = cause.partition("/")
    named = f"{facts.name} ({facts.subject})" if facts.name else facts.subject
    if kind == "key.leaked":
        return Phrase(en=f"API key leaked: {named}", zh=f"API 密钥泄露：{named}")
    if kind == "prompt.campaign":
        return Phrase(
            en=f"Prompt attacks by {named}: {facts.seen} refused",
            zh=f"{named} 持续提示词攻击：已拒绝 {facts.seen} 次",
        )
    if kind == "prompt.joint-campaign":
        return Phrase(
            en=f"One attack by {len(facts.places)} callers: {facts.seen} times",
            zh=f"{len(facts.places)} 个调用方发起同一攻击，共 {facts.seen} 次",
        )
    if kind in _PLAIN:
        return Phrase(en=f"{_PLAIN[kind].en}{subject}", zh=f"{_PLAIN[kind].zh}{subject}")
    if kind in ABUSE:
        return Phrase(en=f"{ABUSE[kind].en}: {named}", zh=f"{ABUSE[kind].zh}：{named}")
    if kind.endswith(".repeated"):
        family = kind.removesuffix(".repeated")
        return Phrase(
            en=f"{named}: {facts.seen} calls refused for {family}.*",
            zh=f"{named}：因 {family}.* 被拒绝 {facts.seen} 次",
        )
    return Phrase(en=f"{kind}: {subject}", zh=f"{kind}：{subject}")


def summary(cause: str, facts: Facts) -> Phrase:
    """What happened, in a few sentences; ids of the proving events stand in brackets."""
    kind = cause.partition("/")[0]
    if not facts.seen:
        return Phrase(en="", zh="")
    span_en, span_zh = _span(facts)
    if kind == "key.leaked":
        places = list(facts.places)[:3]
        more = len(facts.places) - len(places)
        en = ", ".join(place(name).en for name in places) + (f" and {more} more" if more else "")
        zh = "、".join(place(name).zh for name in places) + (f"等 {len(facts.places)} 处" if more else "")
        said = Phrase(
            en=f"The key was seen {_times(facts.seen)} at: {en}; {span_en}.",
            zh=f"该密钥在 {zh} 被发现 {facts.seen} 次；{span_zh}。",
        )
        used = _used(facts.calls)
        return Phrase(en=f"{said.en} {used.en}", zh=said.zh + used.zh)
    rules = ", ".join(f"{rule} ×{count}" for rule, count in facts.rules.items())
    if kind == "prompt.joint-campaign":
        calls = facts.calls
        stopped = calls.refused + calls.stopped
        return Phrase(
            en=f"Nearly the same text came {_times(facts.seen)} ({rules}) from {len(facts.places)} callers: "
            f"{stopped} stopped, {calls.answered} let through; {span_en}. {_from(calls).en}",
            zh=f"{len(facts.places)} 个调用方先后 {facts.seen} 次发来几乎相同的文本（{rules}）：拦截 {stopped} 次，"
            f"放行 {calls.answered} 次；{span_zh}。{_from(calls).zh}",
        )
    if kind == "prompt.campaign" or kind.endswith(".repeated"):
        return Phrase(
            en=f"{_times(facts.seen, 'refused call')} ({rules}), at most {facts.peak} in ten minutes; {span_en}. "
            f"{_from(facts.calls).en}",
            zh=f"共拒绝 {facts.seen} 次调用（{rules}），十分钟内最多 {facts.peak} 次；{span_zh}。{_from(facts.calls).zh}",
        )
    return Phrase(en=f"Happened {_times(facts.seen)}; {span_en}.", zh=f"共发生 {facts.seen} 次；{span_zh}。")


def moment(sign: Sign) -> Phrase:
    """One line of the timeline for a sign."""
    if sign.part == "sighting":
        at, by = place(sign.place), sign.source
        return Phrase(
            en=f"The key was seen at {at.en}" + (f", reported by {by}" if by else ""),
            zh=f"在 {at.zh} 发现该密钥" + (f"，由 {by} 报告" if by else ""),
        )
    if sign.part == "use":
        return Phrase(
            en=f"A call with the key: {sign.ending}, from {sign.ip or '?'}, model {sign.model or '?'}",
            zh=f"有人使用该密钥调用：{_ENDING_ZH[sign.ending]}，来自 {sign.ip or '?'}，模型 {sign.model or '?'}",
        )
    if sign.part == "attack":
        passed = sign.ending == "answered"
        return Phrase(
            en=f"{'Let through' if passed else 'Refused'}: {sign.rule}, “{sign.evidence}”, from {sign.ip or '?'}",
            zh=f"{'已放行' if passed else '已拒绝'}：{sign.rule}，“{sign.evidence}”，来自 {sign.ip or '?'}",
        )
    if sign.part == "behaviour":
        told = explained(sign.evidence)
        return Phrase(en=f"{ABUSE[sign.rule].en}: {told.en}", zh=f"{ABUSE[sign.rule].zh}：{told.zh}")
    if sign.part == "budget":
        return Phrase(en=f"The budget is used to {sign.evidence}", zh=f"预算已用到 {sign.evidence}")
    if sign.part == "gap":
        return Phrase(
            en=f"Events of allowed traffic are missing, or may be: {sign.evidence}",
            zh=f"放行流量的事件缺失或可能缺失：{sign.evidence}",
        )
    return Phrase(en=f"Failed: {sign.evidence}", zh=f"故障：{sign.evidence}")


def place(name: str) -> Phrase:
    """A place as a person reads it: ``call:key:key_…`` is a call made with that key."""
    kind, colon, who = name.partition(":")
    if colon and kind == "call":
        return Phrase(en=f"a call by {who}", zh=f"{who} 的调用")
    if colon and kind == "guard":
        return Phrase(en=f"a text checked for {who}", zh=f"{who} 送检的文本")
    return Phrase(en=name, zh=name)


def reason(text: str) -> str:
    """A person's own words, fit to store and to show."""
    return visible(text.strip())


def whole(text: str) -> str:
    """A text of any length with all that could fool a terminal escaped, and nothing cut."""
    return "".join(visible(text[start : start + LONGEST]) for start in range(0, len(text), LONGEST))


def length(seconds: int) -> Phrase:
    """How long something lasts, as a person says it."""
    if seconds >= 50 * 365 * 86_400:
        return Phrase(en="until it is lifted", zh="直至解除")
    for unit, en, zh in (
        (86_400, "day", "天"),
        (3_600, "hour", "小时"),
        (60, "minute", "分钟"),
        (1, "second", "秒"),
    ):
        count, rest = divmod(seconds, unit)
        if count and not rest:
            return Phrase(en=f"for {count} {en}{'s' if count > 1 else ''}", zh=f"{count} {zh}")
    return Phrase(en="for no time", zh="0 秒")


_ENDING_ZH = {
    "answered": "已应答",
    "refused": "被拒绝",
    "stopped": "被中止",
    "failed": "失败",
    "seen": "已发现",
}


def _times(count: int, what: str = "") -> str:
    if what:
        return f"{count} {what}{'s' if count != 1 else ''}"
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _span(facts: Facts) -> tuple[str, str]:
    """When it was first and last seen, with the events."""
    first = f"{minute(facts.first)} [{facts.first_event}]"
    if facts.first_event == facts.last_event:
        return f"at {first}", f"时间 {first}"
    last = f"{minute(facts.last)} [{facts.last_event}]"
    return f"first {first}, last {last}", f"首次 {first}，末次 {last}"


def minute(at: int) -> str:
    """A time as timelines show it: ``2026-11-21 07:00:00 UTC``."""
    return iso(at)[:19].replace("T", " ") + " UTC"


def _used(calls: Calls) -> Phrase:
    """What was done with a leaked key."""
    if not calls.total:
        return Phrase(en="No call was made with it.", zh="未发现使用该密钥的调用。")
    many_en = "at least " if calls.cut else ""
    many_zh = "至少 " if calls.cut else ""
    refused = calls.refused + calls.stopped
    said = _from(calls)
    return Phrase(
        en=f"{many_en}{_times(calls.total, 'call')} with it: {calls.answered} answered, {refused} refused, "
        f"{calls.failed} failed; first {minute(calls.first)} [{calls.first_event}], "
        f"last {minute(calls.last)} [{calls.last_event}]. {said.en}",
        zh=f"使用该密钥的调用{many_zh} {calls.total} 次：应答 {calls.answered}，拒绝 {refused}，失败 {calls.failed}；"
        f"首次 {minute(calls.first)} [{calls.first_event}]，末次 {minute(calls.last)} [{calls.last_event}]。{said.zh}",
    )


def _from(calls: Calls) -> Phrase:
    ips = ", ".join(f"{ip} ×{count}" for ip, count in list(calls.ips.items())[:5])
    models = ", ".join(f"{model} ×{count}" for model, count in list(calls.models.items())[:5])
    return Phrase(
        en=f"From {ips or '?'}; models {models or '?'}.", zh=f"来源 {ips or '?'}；模型 {models or '?'}。"
    )
