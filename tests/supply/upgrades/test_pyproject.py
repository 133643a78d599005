"""pyproject.toml."""

from __future__ import annotations

import tomllib

import pytest

from yanmen.supply.upgrades.pyproject import edited

TEXT = """\
[build-system]
requires = ["hatchling"]  # pyyaml==5.1

[project]
name = "pyyaml-user"
dependencies = [
  "PyYAML>=5.1,<6",  # the loader
  'other',
]

[project.optional-dependencies]
x = ["pyyaml[c]==5.1 ; python_version < '3.9'"]

[dependency-groups]
dev = ["pyyaml"]

[tool.poetry.dependencies]
PyYAML = "^5.1"  # here too
python = "^3.11"

[tool.poetry.group.test.dependencies]
pyyaml = { version = "~5.1", extras = ["c"] }

[tool.other]
pyyaml = "5.1"
"""


def test_every_list_and_table_that_asks_is_edited() -> None:
    """Nothing else of the file is touched."""
    found = edited(TEXT, "pyyaml", "5.4")

    assert [(one.line, one.after) for one in found.changes] == [
        (7, "PyYAML>=5.4,<6"),
        (12, "pyyaml[c]==5.4 ; python_version < '3.9'"),
        (15, "pyyaml>=5.4"),
        (18, "^5.4"),
        (22, "~5.4"),
    ]
    expected = (
        TEXT.replace(">=5.1,<6", ">=5.4,<6")
        .replace("[c]==5.1 ", "[c]==5.4 ")
        .replace('["pyyaml"]', '["pyyaml>=5.4"]')
    )
    assert found.text == expected.replace("^5.1", "^5.4").replace("~5.1", "~5.4")
    tomllib.loads(found.text)


@pytest.mark.parametrize(
    "text",
    ["= broken", "[project]\ndependencies = 7\n", "[project]\ndependencies = [7, 'x @ https://x/y']\n", ""],
)
def test_what_does_not_ask_is_left(text: str) -> None:
    """Broken files, other shapes, links."""
    assert edited(text, "x", "2") == (text, ())
