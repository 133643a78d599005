"""What pages are made of."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from starlette.requests import Request

from yanmen.console.rendering import (
    HERE,
    Pages,
    ago,
    cited,
    clear,
    language_of,
    length,
    linked,
    moment,
    number,
    plain,
    pretty,
    say,
    say_or,
)
from yanmen.core.clock import SECOND
from yanmen.core.nouns import FOREVER

EVENT = "evt_01k9zzzzzzzzzzzzzzzzzzzzzz"


def request(cookie: str = "", accept: str = "") -> Request:
    """A request with these headers."""
    headers = [(b"cookie", cookie.encode()), (b"accept-language", accept.encode())]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers})


def test_the_reader_s_choice_goes_before_the_browser_s() -> None:
    """Cookie, then Accept-Language, then English."""
    assert language_of(request("yanmen_language=zh", "en")) == "zh"
    assert language_of(request("", "zh-CN,zh;q=0.9,en;q=0.8")) == "zh"
    assert language_of(request("yanmen_language=xx", "")) == "en"


@given(st.text())
def test_no_text_becomes_markup_or_deceives(text: str) -> None:
    """Whatever comes from outside: no tag but our own mark, and no character that cannot be seen."""
    shown = str(clear(text))

    assert not re.search(r"<(?!span class=\"unseen\"|/span>)", shown)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b-\u200f\x00-\x08\x7f\ud800-\udfff]", plain(text))


def test_unseen_characters_are_written_out_and_named() -> None:
    """A reader sees that the text would have turned around."""
    shown = clear("a\u202eb\u00a0c\n<i>")

    assert "U+202E" in shown
    assert "RIGHT-TO-LEFT OVERRIDE" in shown
    assert shown.endswith("b\u00a0c\n&lt;i&gt;")
    assert plain("a\u202eb") == "a⟨U+202E⟩b"


def test_a_summary_s_events_become_numbered_links() -> None:
    """Each event has one number; what is around stays escaped; times can be shown in the reader's zone."""
    shown = cited(f"<b> at 2026-11-21 07:00:00 UTC [{EVENT}], again [{EVENT}]")

    assert shown.count(f'href="/record/{EVENT}"') == 2
    assert shown.count(">1</a>") == 2
    assert "&lt;b&gt;" in shown
    assert '<time datetime="2026-11-21T07:00:00Z">' in shown


def test_times_and_lengths_are_said_in_both_languages() -> None:
    """The largest unit that fits."""
    assert ago(0, 90 * SECOND, "en") == "1 min ago"
    assert ago(0, 90 * SECOND, "zh") == "1 分钟前"
    assert ago(5, 0, "en") == "just now"
    assert length(7 * 86_400, "zh") == "7 天"
    assert length(FOREVER, "en") == "Until it is lifted"
    assert length(86_400, "en") == "1 day"
    assert str(moment(0)) == "–"
    assert "2026-11-21 07:00:00Z" in moment(1_795_244_400 * SECOND)
    assert number(12345) == "12,345"


def test_very_long_data_is_cut() -> None:
    """A page shows no megabytes."""
    assert len(pretty({"x": "y" * 100_000})) < 21_000
    assert len(plain("é" * 100_000)) < 21_000


def test_words_from_the_record_have_their_own_name_or_none() -> None:
    """An act of a third party is shown as it is called."""
    assert say_or("zh", "act.ban", "ban") == "封禁"
    assert say_or("zh", "act.unheard", "unheard") == "unheard"


def test_no_template_carries_script_style_or_an_address_from_elsewhere() -> None:
    """The content policy would refuse it; better it is not there."""
    for file in (HERE / "templates").glob("*.html"):
        text = file.read_text("utf-8")

        assert not re.search(r"\son\w+=|\sstyle=|<style|<script(?! src=\"/static/)|https?://", text), file
        assert "|safe" not in text, file


def test_every_message_is_used() -> None:
    """A message nobody reads is not kept; keys made of a word are known by their beginning."""
    texts = [file.read_text("utf-8") for file in HERE.rglob("*") if file.suffix in {".html", ".py"}]
    code = "\n".join(texts)
    made = set(re.findall(r'"([a-z_.]+\.)" ?~', code)) | set(re.findall(r'f"([a-z_.]+\.)\{', code))
    made |= {f"{group}." for group in re.findall(r'word\("([\w.]+)"', code)} | {"would.", "verdict.", "keys."}
    messages = (HERE / "messages/en.yaml").read_text("utf-8")
    keys = re.findall(r"^([a-z][\w.-]*): ", messages, re.MULTILINE)
    unused = [key for key in keys if f'"{key}"' not in code and f"'{key}'" not in code]

    assert [key for key in unused if not key.startswith(tuple(made))] == []


def test_templates_escape_what_they_are_given() -> None:
    """Autoescape is on."""
    page = Pages().page(
        request(),
        "error.html",
        {
            "heading": "<script>alert(1)</script>",
            "detail": Markup("<i>ours</i>"),
            "caller": None,
            "csrf": "",
            "mode": "",
            "here": "/",
            "live": "",
            "notice": "",
            "problem": None,
            "names": {},
        },
    )

    assert b"<script>alert" not in page.body
    assert b"<i>ours</i>" in page.body


@pytest.mark.parametrize("language", ["en", "zh"])
def test_messages_can_be_said(language: str) -> None:
    """With their values."""
    assert "7" in say(language, "login.wait", seconds=7)


def test_ids_in_words_of_the_record_become_short_links() -> None:
    """To the page each has; what is around stays escaped."""
    shown = linked(f"<b> see {EVENT}")

    assert f'href="/record/{EVENT}"' in shown
    assert "evt_…zzzzzz</a>" in shown
    assert "&lt;b&gt;" in shown
