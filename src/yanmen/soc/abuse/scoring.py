"""From what is known of a registration to a score and its reasons. Weights are logarithmic odds; feedback moves them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, NamedTuple

from yanmen.core.nouns import Phrase

Verdict = Literal["allow", "challenge", "deny"]
VERDICTS: tuple[Verdict, ...] = ("allow", "challenge", "deny")
Label = Literal["fraud", "good"]
BIAS = -4.0
"""Of 55 registrations of which nothing is known, one is taken for fraud."""
WEIGHTS = {
    "disposable": 3.3,
    "gibberish": 1.8,
    "numbered": 1.0,
    "automation": 3.0,
    "hosting": 1.4,
    "fast_form": 1.7,
    "mailbox_again": 3.7,
    "device_again": 4.0,
    "prefix_burst": 1.2,
    "ja4_burst": 2.5,
    "shape_burst": 1.2,
    "domain_burst": 1.5,
    "cluster": 3.6,
    "cluster_alike": 3.0,
    "cluster_regular": 2.7,
    "cluster_bad": 5.0,
}
"""What each says when it is wholly true. Fitted on one simulator and rounded, measured on another: bench/abuse.py."""
FREEDOM = 0.5, 1.5
"""A weight moves between so many times its first value."""
STEP = 0.05
"""How far one label moves the weights of what was known."""
TOLD = 0.25
"""Logarithmic odds from which on a reason is told."""
REASONS = {
    "disposable": Phrase(en="a mail domain that anybody may use for an hour", zh="使用一次性邮箱域名"),
    "gibberish": Phrase(en="letters that no name has", zh="邮箱名或姓名像随机字符"),
    "numbered": Phrase(en="a number behind the name", zh="邮箱名以一串数字结尾"),
    "automation": Phrase(en="a client that no person uses", zh="客户端为自动化工具"),
    "hosting": Phrase(
        en="an address of a hosting network, VPN, proxy or Tor", zh="来自机房、VPN、代理或 Tor 地址"
    ),
    "fast_form": Phrase(en="the form was filled faster than a person does", zh="填写表单过快，不像真人操作"),
    "mailbox_again": Phrase(en="the same mailbox once more, written otherwise", zh="同一邮箱换写法重复注册"),
    "device_again": Phrase(en="the same device again and again", zh="同一设备反复注册"),
    "prefix_burst": Phrase(
        en="many from this network at once, and alike", zh="同一网段短时间内大量注册且特征相似"
    ),
    "ja4_burst": Phrase(
        en="many with this client fingerprint at once, from many networks",
        zh="同一客户端指纹短时间内在多个网段大量注册",
    ),
    "shape_burst": Phrase(
        en="many addresses built like this one at once", zh="短时间内大量构造方式相同的邮箱"
    ),
    "domain_burst": Phrase(
        en="many from this mail domain at once, from many networks",
        zh="同一邮箱域名短时间内在多个网段大量注册",
    ),
    "cluster": Phrase(
        en="belongs to a large cluster that no one place explains",
        zh="属于较大的关联群组，且无法用同一地点解释",
    ),
    "cluster_alike": Phrase(
        en="the members of its cluster are suspect themselves", zh="所属群组的成员普遍可疑"
    ),
    "cluster_regular": Phrase(
        en="all of its cluster took nearly the same time for the form", zh="群组成员填写表单的用时几乎相同"
    ),
    "cluster_bad": Phrase(en="its cluster was labelled fraud", zh="所属群组已被标注为欺诈"),
}


class Scored(NamedTuple):
    """What comes of a registration."""

    score: float
    reasons: tuple[str, ...]
    """Names of REASONS, the weightiest first."""


class Weights:
    """The weights in force."""

    def __init__(self) -> None:
        """As shipped."""
        self.of = dict(WEIGHTS)

    def score(self, said: Mapping[str, float]) -> Scored:
        """The probability of fraud, as far as the weights know, and why."""
        shares = {name: self.of[name] * value for name, value in said.items() if name in self.of}
        told = sorted(
            (name for name, share in shares.items() if share >= TOLD), key=lambda name: -shares[name]
        )
        return Scored(round(1.0 / (1.0 + math.exp(-(BIAS + sum(shares.values())))), 4), tuple(told))

    def learn(self, said: Mapping[str, float], label: Label) -> None:
        """Take one label: a step of logistic regression, within the bounds."""
        wrong = (1.0 if label == "fraud" else 0.0) - self.score(said).score
        for name, value in said.items():
            if name in self.of:
                low, high = (times * WEIGHTS[name] for times in FREEDOM)
                self.of[name] = min(high, max(low, self.of[name] + STEP * wrong * value * WEIGHTS[name]))


def verdict(score: float, challenge_at: float, deny_at: float) -> Verdict:
    """What a score comes to."""
    return "deny" if score >= deny_at else "challenge" if score >= challenge_at else "allow"
