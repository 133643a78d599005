"""Mail addresses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Values = Callable[[str], list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("发到zhang.san+work@qq.com就行", "zhang.san+work@qq.com"),
        ("To: Alice <alice_j@mail.acme-labs.io>", "alice_j@mail.acme-labs.io"),
        (r'{"t": "a\nzhang.san@qq.com"}', "zhang.san@qq.com"),
        (r'{"t": "\u4e2dzhang.san@qq.com"}', "zhang.san@qq.com"),
        ("a" * 80 + "@acme.io", "a" * 64 + "@acme.io"),
    ],
)
def test_the_part_before_the_at_is_read_back(text: str, value: str, values: Values) -> None:
    """At most the 64 characters it may have."""
    assert values(text) == [("email", value)]


@pytest.mark.parametrize(
    "text",
    ["@app.route", "npm install @types/node", "icon@2x.png", "git@github.com:a/b", "noreply@acme.io",
     "https://bob:hunter2x@git.corp.cn/x", "user@localhost"],
)  # fmt: skip
def test_other_things_with_an_at_are_no_addresses(text: str, values: Values) -> None:
    """Decorators, packages, files, robots, credentials."""
    assert [one for one in values(text) if one[0] == "email"] == []
