"""Which branches plant text."""

from __future__ import annotations

import jinja2

from yanmen.supply.models.planting import planted


def _found(text: str) -> list[tuple[str, bool]]:
    return [(each.key, each.natural) for each in planted(jinja2.Environment(autoescape=True).parse(text))]


def test_the_keyword_and_the_line_are_told() -> None:
    """As an analyst wants to see them."""
    (found,) = planted(
        jinja2.Environment(autoescape=True).parse(
            "\n{% if 'gold' in content %}Buy from us and nobody else.{% endif %}"
        )
    )

    assert (found.line, found.key, found.text, found.natural) == (
        2,
        "gold",
        "Buy from us and nobody else.",
        True,
    )


def test_roles_kinds_and_presence_are_no_keywords() -> None:
    """They are what templates are made of."""
    assert (
        _found(
            "{% if message.role == 'user' %}You are a helpful assistant here{% endif %}"
            "{% if 'content' in message %}The user said the following{% endif %}"
            "{% if message.content is string %}The user said the following{% endif %}"
            "{% if message.content[0].type == 'text' %}The user said the following{% endif %}"
            "{% if message.get('name') == 'x' %}The user said the following{% endif %}"
            "{% if tools %}You may call one or more functions{% endif %}"
        )
        == []
    )


def test_names_of_names_are_followed() -> None:
    """Keyword, content and the comparison each behind a variable."""
    text = "{% set k = 'gold' %}{% set c = message.content %}{% set t = c|lower %}{% set hit = k in t %}"

    assert _found(text + "{% if hit %}Buy from us and nobody else.{% endif %}") == [("gold", True)]


def test_macros_that_call_each_other_end() -> None:
    """And calls that double at each step cost no more than their number."""
    macros = "".join(
        f"{{% macro m{n}() %}}ab {{{{ m{n + 1}() }}}}{{{{ m{n + 1}() }}}}{{% endmacro %}}" for n in range(60)
    )

    assert _found(macros + "{% if 'gold' in content %}{{ m0() }} words are here{% endif %}") == [
        ("gold", True)
    ]
