"""Indexes that options, variables and settings name."""

from __future__ import annotations

import pytest

from yanmen.supply.fetches.indexes import of_options, of_setting, of_variable


def test_options() -> None:
    """Joined by ``=`` or not; uv asks the next index only where the first has no such package."""
    words = [
        "--extra-index-url=https://a/s http://b/s",
        "--trusted-host",
        "c",
        "-i",
        "http://localhost:3141/s",
    ]

    assert list(of_options(words, pip=True)) == [
        ("extra-index", "https://a/s"),
        ("no-transport", "http://b/s"),
        ("extra-index", "http://b/s"),
        ("no-transport", "c"),
    ]
    assert [one for one in of_options(words, pip=False) if one[0] == "extra-index"] == []


@pytest.mark.parametrize(
    ("name", "value", "count"),
    [
        ("PIP_EXTRA_INDEX_URL", "https://a/s", 1),
        ("UV_INDEX_URL", "http://a/s", 1),
        ("NODE_TLS_REJECT_UNAUTHORIZED", "0", 1),
        ("NODE_TLS_REJECT_UNAUTHORIZED", "1", 0),
        ("PATH", "http://a", 0),
    ],
)
def test_variables(name: str, value: str, count: int) -> None:
    """Only those that a package manager reads."""
    assert len(list(of_variable(name, value))) == count


def test_settings() -> None:
    """Of npm and pip."""
    assert list(of_setting("strict-ssl", "false")) == [("no-transport", "strict-ssl=false")]
    assert list(of_setting("@org:registry", "http://r/")) == [("no-transport", "http://r/")]
    assert list(of_setting("extra-index-url", "https://a/s")) == [("extra-index", "https://a/s")]
    assert list(of_setting("registry", "https://r/")) == []
