"""Parameters that nobody gave."""

from __future__ import annotations

from collections.abc import Callable

Rules = Callable[..., set[str]]


def test_a_default_of_nothing_does_not_hide_what_a_parameter_is(rules_of: Rules) -> None:
    """``key=None`` is a key when somebody gives it."""
    code = (
        "import requests\ndef client(name, aws_secret_access_key=None):\n"
        "    requests.post('https://takes.invalid/', json={'k': aws_secret_access_key})"
    )

    assert "hands-on-secrets" in rules_of(code, high=True)
