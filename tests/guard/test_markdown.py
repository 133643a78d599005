"""What is called code is code to a parser of CommonMark, however the text comes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from yanmen.guard.markdown import LONGEST_LINE, Code

MARK = "<b>"
PIECES = (
    *(
        MARK,
        MARK,
        "`",
        "``",
        "```",
        "~~~",
        "````",
        "\n",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        " ",
        "    ",
        "\t",
        "- ",
        "1. ",
    ),
    *(
        "> ",
        "# ",
        "|",
        "\\",
        "text",
        "<div>",
        "</div>",
        "<!--",
        "-->",
        "<pre>",
        "</pre>",
        "<script>",
        "<a title='`'>",
    ),
    *("html", "`" + MARK + "`", "```html\n", "---\n"),
)
RENDERER = MarkdownIt("commonmark", {"html": True}).enable("table")


def code_at(text: str, place: int) -> str:
    """What the reader says of a place."""
    code = Code()
    code.read(text[:place])
    return code.at("")


def raw_html(tokens: list[Token]) -> str:
    """All that a renderer would hand to the browser as it is."""
    parts = [raw_html(token.children or []) for token in tokens]
    parts += [token.content for token in tokens if token.type in {"html_block", "html_inline"}]
    return "".join(parts)


@settings(max_examples=1_500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_what_is_called_code_is_no_markup(text: str) -> None:
    """Of every tag that is called code a whole parser says so as well."""
    for place in [at for at in range(len(text)) if text.startswith(MARK, at)]:
        code = code_at(text, place)
        if code == "fence" or (code == "span" and text[place + 3 : place + 5] in {"`", "`\n", "` ", "`t"}):
            probe = text[:place] + "<i>" + text[place + 3 :]

            assert "<i>" not in raw_html(RENDERER.parse(probe)), (code, probe)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.integers(0, 60), st.integers(0, 60))
def test_pieces_change_nothing(text: str, first: int, second: int) -> None:
    """Cut anywhere, or asked with what is not yet read."""
    one, other = sorted((min(first, len(text)), min(second, len(text))))
    code = Code()
    code.read(text[:one])

    assert code.at(text[one:]) == code_at(text, len(text))

    code.read(text[one:other])
    code.read(text[other:])

    assert code.at("") == code_at(text, len(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Like so:\n\n```html\n", "fence"),
        ("Like so:\n~~~~\n~~~\n", "fence"),
        ("Use `", "span"),
        ("Use `a` or `", "span"),
        ("```\nx\n```\n", ""),
        ("```html", ""),
        ("Text ``", ""),
        ("> ```\n", ""),
        ("<!-- x\n\n```\n", ""),
        ("<div>\n```\n", ""),
        ("| ` | `", ""),
        ("a `b\nc `", ""),
        ("\\`", ""),
        ("```\n" + "x" * 2 * LONGEST_LINE, "fence"),
        ("x" * 2 * LONGEST_LINE + "`", ""),
    ],
)
def test_common_places(text: str, code: str) -> None:
    """Fences and spans as people write them; and what only looks like one."""
    assert code_at(text, len(text)) == code
