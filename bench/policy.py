"""What policy costs a call: medians of a judgement, of a ban looked up and missed, and of a body's fields.

    python bench/policy.py

Budgets: a judgement without findings 10 µs; a lookup that finds nothing among 10,000 bans 2 µs.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from rig import harness

from yanmen.core.nouns import Decision, Finding, Phrase, Ref, Rule, Severity, Verdict, Where
from yanmen.policy import Policy, Situation, Standing
from yanmen.policy.trials import checked

ROUNDS, TIMES = 51, 2_000
NOW = 1_000_000_000_000_000
SAID = Phrase(en="", zh="")


def microseconds(work: Callable[[], object]) -> float:
    """The median over rounds of the mean time of one run, in microseconds."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.perf_counter_ns()
        for _ in range(TIMES):
            work()
        rounds.append((time.perf_counter_ns() - began) / TIMES / 1_000)
    return round(statistics.median(rounds), 3)


def ban(subject: Ref, number: int) -> Decision:
    """A ban of a day."""
    return Decision(id=f"dec_{number}", at=NOW, subject=subject, verdict=Verdict.BLOCK, lasts=86_400)


def bans(many: int) -> Standing:
    """Bans of keys, of single addresses and of networks of five sizes, mixed."""
    made = []
    for number in range(many):
        octets = f"{number >> 8 & 255}.{number & 255}"
        if number % 3 == 0:
            subject = Ref(kind="key", id=f"key_banned{number}")
        elif number % 3 == 1:
            subject = Ref(kind="ip", id=f"198.{octets}.{number % 251}")
        else:
            subject = Ref(kind="ip", id=f"203.{octets}.0/{(16, 20, 24, 28, 30)[number % 5]}")
        made.append(ban(subject, number))
    return Standing(made)


def found(number: int) -> Finding:
    """A secret in the text, a different one each."""
    rule = Rule(
        id="secret.openai-key", title=SAID, severity=Severity.HIGH, fix=SAID, tags=("owasp-llm:LLM02",)
    )
    where = Where(part="/messages/1/content", start=number * 60, end=number * 60 + 51)
    return Finding(
        rule=rule, subject=Ref(kind="text", id="t"), confidence=0.9, evidence="sk-p…(51)", where=where
    )


def main() -> None:
    """Measure, print and keep."""
    policy: Policy = checked()
    few, standing = Standing(), bans(10_000)
    subjects = (
        Ref(kind="key", id="key_0123456789abcdefghjkmnpqrs"),
        Ref(kind="tenant", id="default"),
        Ref(kind="ip", id="192.0.2.77"),
        Ref(kind="model", id="qwen3-32b"),
    )
    situation = Situation(at=NOW, subject=Ref(kind="call", id="call_1"), subjects=subjects, surface="chat")
    one, ten = [found(0)], [found(number) for number in range(10)]
    body: dict[str, Any] = dict.fromkeys(
        ("model", "messages", "stream", "temperature", "max_tokens", "top_p"), 1
    )
    figures = {
        "judge, no findings": microseconds(lambda: policy.judge((), (), situation, few)),
        "judge, 1 finding (redact)": microseconds(lambda: policy.judge(one, (), situation, few)),
        "judge, 10 findings (redact)": microseconds(lambda: policy.judge(ten, (), situation, few)),
        "verdict on 1 finding": microseconds(lambda: policy.verdict(one[0], situation, few)),
        "refusal, 4 subjects, no bans": microseconds(lambda: few.refusal(subjects, NOW)),
        "refusal, 4 subjects, 10,000 bans, none fits": microseconds(lambda: standing.refusal(subjects, NOW)),
        "fields of a body with 6": microseconds(lambda: policy.fields(body)),
        "index 10,000 bans (ms)": round(_once(lambda: bans(10_000)), 1),
        "load, check and try the built-in policy (ms)": round(_once(checked), 1),
    }
    harness.keep("policy", {"unit": "µs, median", "figures": figures})


def _once(work: Callable[[], object]) -> float:
    """The median of five runs, in milliseconds."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1_000)
    return statistics.median(times)


if __name__ == "__main__":
    main()
