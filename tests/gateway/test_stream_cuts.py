"""However a stream is cut into reads, every surface says the same of it: the same findings, the same end, the same text."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.core import config
from yanmen.core.nouns import Finding, Verdict
from yanmen.gateway.carriers.planted import Planted
from yanmen.gateway.carriers.table import planted
from yanmen.gateway.ruling import Limits, Ruler
from yanmen.gateway.stream import AnswerStream
from yanmen.gateway.surfaces import find
from yanmen.guard import Guard

GUARD = Guard(config.Guard(learned=False))
SECRET = "sk-proj-x9Kd82hFz0qLmN4vB7tYw3RsXcE5uGaJ1oPiDlQ6"
STREAMS = {
    f"{one.surface} {one.carrier}": one
    for one in planted(f"Here it is: {SECRET} and 你好, that was it.")
    if one.way == "stream"
}


def run(one: Planted, cuts: list[int], verdict: Verdict) -> tuple[bool, list[str], bytes]:
    """Whether it was stopped, what was found, and what left."""

    def judge(found: Finding) -> Verdict:
        return verdict if found.rule.id.startswith("secret.") else Verdict.ALLOW

    codec = find(one.method, one.path, ("/v1/rerank",)).surface.codec
    ruler = Ruler(judge, lambda _: Verdict.BLOCK)
    stream = AnswerStream(GUARD, ruler, Limits(1 << 16, 64, 10_000), codec=codec)
    places = sorted({min(cut, len(one.answer)) for cut in cuts} | {0, len(one.answer)})
    out = b"".join(stream.feed(one.answer[start:end]) for start, end in itertools.pairwise(places))
    out += stream.finish()
    return stream.stopped, sorted({found.fingerprint for found in stream.findings}), out


@pytest.mark.parametrize("name", sorted(STREAMS))
@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, 4_000), max_size=40), st.sampled_from(Verdict))
def test_the_chunking_changes_nothing(name: str, cuts: list[int], verdict: Verdict) -> None:
    """Byte by byte or all at once; and what is cut or stopped is in nothing that leaves."""
    one = STREAMS[name]
    stopped, found, out = run(one, cuts, verdict)
    once = run(one, [], verdict)

    assert found
    assert stopped == once[0] == (verdict > Verdict.REDACT)
    assert SECRET.encode() not in out or verdict is Verdict.ALLOW
    if not stopped:
        assert found == once[1]
    if verdict is Verdict.ALLOW:
        assert sorted(out.splitlines()) == sorted(one.answer.splitlines())
