"""Accounts whose key stands in the code."""

from __future__ import annotations

from collections.abc import Callable

Rules = Callable[..., set[str]]
_MAIL = "import smtplib\ndef tell(key):\n"
_MAIL += (
    "    with smtplib.SMTP('mail.invalid') as s:\n        s.login('a', {})\n        s.sendmail('a', 'b', 'x')"
)


def test_a_password_in_the_code(rules_of: Rules) -> None:
    """Mail is sent from somebody's account; not where the caller gives the password."""
    assert "sends-to-hook" in rules_of(_MAIL.format("'inert secret'"), high=True)
    assert "sends-to-hook" not in rules_of(_MAIL.format("key"), high=True)
