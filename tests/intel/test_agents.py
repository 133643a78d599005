"""Families of clients."""

from __future__ import annotations

import pytest

from yanmen.intel.agents import family

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.6478.1 Safari/537.36"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CHROME, "Chrome/126 Windows"),
        (CHROME.replace("6478.1", "6500.7"), "Chrome/126 Windows"),
        (f"{CHROME} Edg/126.0.1", "Edg/126 Windows"),
        ("OpenAI/Python 1.99.2", ""),
        ("openai-python/1.99.2", "openai-python/1"),
        ("python-httpx/0.28 extra/9", "python-httpx/0"),
        ("curl/8.5.0", "curl/8"),
        ("", ""),
        ("\u202eevil", ""),
    ],
)
def test_a_family_is_its_name_and_main_version(text: str, expected: str) -> None:
    """Whatever else stands there, or nothing."""
    assert family(text) == expected
