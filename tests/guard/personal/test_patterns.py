"""Patterns of personal data, as the engine wants them."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.core.nouns import Finding, Text, Verdict
from yanmen.guard.detectors.personal import Personal
from yanmen.guard.detectors.secrets import Secrets
from yanmen.guard.grading import load
from yanmen.guard.grammar import width
from yanmen.guard.personal.kinds import KINDS
from yanmen.guard.personal.labelled import _KINDS
from yanmen.guard.personal.patterns import patterns
from yanmen.guard.scan import Plan, checked
from yanmen.guard.stream import TextStream

HELD = 256
PLAN = Plan((*Personal().patterns(), *Secrets().patterns()))
PLACE = Text(text="", role="assistant", trust="untrusted", part="/p")
SAID = (
    "身份证号：11010519491231002X", "手机138-1234-5678", "姓名：张三丰", "王小明先生", "zhang.san@qq.com", "Dear Mr. O'Neil,",
    "浙江省杭州市西湖区文三路478号", "13812345678", "11010519491231002X", 'he said "my card is 4111 1111 1111 1111"', "密码是：Tr0ub4dor&3",
    "Authorization: Bearer Zk29fjQ81mfPq0dkW83nf71a", "Zk29fjQ81mfPq0dkW83nf71a",
    "postgres://bob:hunter2x@db1.corp.cn/x", "a\\b\n", "é",
)  # fmt: skip
KEYS = st.sampled_from(
    ("api_key", "password", "姓名", "身份证", "name", "passport", "phone", "authorization", "x")
)
TREES = st.recursive(
    st.lists(st.sampled_from(SAID), max_size=3).map("".join),
    lambda inner: st.dictionaries(KEYS, inner, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=8,
)


def test_every_pattern_compiles_and_holds_back_little() -> None:
    """A stream waits for no more than 256 characters."""
    for pattern in checked(patterns(load())):
        longest = width(pattern.node)[1] + (width(pattern.tree(pattern.back))[1] if pattern.back else 0)
        assert longest <= HELD, pattern.rule.id


def test_every_kind_has_a_pattern() -> None:
    """Some share the one whose label tells them apart."""
    named = {pattern.rule.id.removeprefix("personal.") for pattern in patterns(load())}

    assert named | {slug for _, slug, _ in _KINDS} == {kind.slug for kind in KINDS}


@given(TREES, st.booleans(), st.sampled_from((1, 5, 1_000)))
@settings(deadline=None)
def test_what_is_cut_of_structured_output_leaves_it_valid_json(
    tree: object, ascii_only: bool, size: int
) -> None:
    """Spans lie within strings: labels, quotes and colons are left standing."""
    text = json.dumps(tree, ensure_ascii=ascii_only, indent=None if size == 1 else 1)
    stream = TextStream(PLAN, PLACE, lambda _: Verdict.REDACT)
    segments = [one for at in range(0, len(text), size) for one in stream.feed(text[at : at + size])]
    segments += stream.finish()

    said = "".join(text[start:end] if other is None else other for start, end, other in segments)
    assert isinstance(json.loads(said), type(tree))
    assert all(isinstance(one, Finding) for one in stream.findings)


def test_patterns_are_made_once_for_a_scheme() -> None:
    """A plan is compiled for each set of them and kept."""
    assert Personal().patterns() is Personal(load()).patterns()
