"""package.json."""

from __future__ import annotations

import json

import pytest

from yanmen.supply.upgrades.package_json import added, edited

TEXT = """{
    "name": "lodash-user",
    "main": "dependencies",
    "scripts": { "lodash": "^4.0.0" },
    "dependencies": {
        "a": { "dependencies": {} },
        "lodash": "^4.0.0"
    },
    "devDependencies": { "lodash":"4.0.0" }
}"""


def test_sections_that_ask_are_edited() -> None:
    """Spaces, order and what only looks like one stay."""
    found = edited(TEXT, "lodash", "4.17.21")

    assert [(one.line, one.after) for one in found.changes] == [
        (7, "lodash: ^4.17.21"),
        (9, "lodash: 4.17.21"),
    ]
    assert found.text == TEXT.replace('        "lodash": "^4.0.0"', '        "lodash": "^4.17.21"').replace(
        '"lodash":"4.0.0"', '"lodash":"4.17.21"'
    )


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '{"dependencies": 7}',
        '{"dependencies": {"lodash": "git+https://x"}}',
        '{"dependencies": {"lodash": 7}}',
    ],
)
def test_what_does_not_ask_is_left(text: str) -> None:
    """Broken files, other shapes, links."""
    assert edited(text, "lodash", "4.17.21") == (text, ())


@pytest.mark.parametrize(
    "text", [TEXT, '{\n  "overrides": {\n    "b": "1"\n  }\n}', '{"overrides": {}}', '{"a": 1}']
)
def test_an_override_is_added(text: str) -> None:
    """To those that there are; the rest is what it was."""
    found = added(text, "@s/x", "2.0.0")
    before, after = json.loads(text), json.loads(found.text)

    assert after.pop("overrides") == {**before.pop("overrides", {}), "@s/x": ">=2.0.0"}
    assert after == before
    assert '"@s/x"' in found.text.splitlines()[found.changes[0].line - 1]


@pytest.mark.parametrize("text", ["{", "[]", "{}", ""])
def test_nothing_is_added_to_what_is_no_manifest(text: str) -> None:
    """It stays as it is."""
    assert added(text, "x", "1") == (text, ())
