"""Credentials that are not in the table of providers."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from yanmen.core import keys
from yanmen.core.nouns import Finding

BODY = "MIIEpAIBAAKCAQEA7bq3kf8sjd9fj38fjs9dkfj38fjs"
BASIC = base64.b64encode(b"alice:correct-horse-9").decode()


@pytest.mark.parametrize(
    ("text", "rule", "secret"),
    [
        (
            f"-----BEGIN RSA PRIVATE KEY-----\n{BODY}\n-----END RSA PRIVATE KEY-----",
            "secret.private-key",
            BODY,
        ),
        (f"-----BEGIN OPENSSH PRIVATE KEY-----\\n{BODY}\\n", "secret.private-key", BODY),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00AA\n\n" + BODY,
            "secret.private-key",
            BODY,
        ),
        (f"-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n{BODY}\n", "secret.private-key", BODY),
        (f"PuTTY-User-Key-File-3: ssh-ed25519\nPublic-Lines: 2\n{BODY}", "secret.private-key", BODY),
        ("postgresql+asyncpg://app:Tr0ub4dor@db.corp.cn:5432/x", "secret.connection-string", "Tr0ub4dor"),
        ("mongodb+srv://u:Tr0ub4dor@c0.mongodb.net", "secret.connection-string", "Tr0ub4dor"),
        ("redis://:Tr0ub4dor@10.0.0.3:6379/0", "secret.connection-string", "Tr0ub4dor"),
        ("https://bot:Tr0ub4dor@git.corp.cn/x.git", "secret.connection-string", "Tr0ub4dor"),
        ("jdbc:mysql://10.1.1.1/app?user=root&password=Tr0ub4dor", "secret.connection-string", "Tr0ub4dor"),
        (
            "Server=tcp:db.corp.cn;Database=x;User Id=sa;Password=Tr0ub4dor;",
            "secret.connection-string",
            "Tr0ub4dor",
        ),
        (f"Authorization: Basic {BASIC}", "secret.authorization", BASIC),
        (
            "authorization: Bearer Zk29fjQ81mfPq0dkW83nf71a",
            "secret.authorization",
            "Zk29fjQ81mfPq0dkW83nf71a",
        ),
        ('"api_key": "Zk29fjQ81mfPq0dkW83nf71a"', "secret.generic", "Zk29fjQ81mfPq0dkW83nf71a"),
        ("password = 'Tr0ub4dor&3'", "secret.password", "Tr0ub4dor&3"),
        ("数据库密码是：Tr0ub4dor&3", "secret.password", "Tr0ub4dor&3"),
    ],
)
def test_credentials_are_found_and_masked(
    text: str, rule: str, secret: str, found: Callable[[str], list[Finding]]
) -> None:
    """Neither evidence nor subject hold the whole of them."""
    said = [one for one in found(f"here: {text}") if one.rule.id == rule]

    assert said
    for one in said:
        assert secret not in one.evidence
        assert secret not in str(one.subject)


@pytest.mark.parametrize(
    "text",
    [
        "postgres://user:password@localhost/db",
        "postgres://${USER}:${PASSWORD}@host/db",
        "mysql://root:<password>@host",
        "https://example.com:8080/path@x",
        "http://localhost:3000/@scope/package",
        "A PEM file starts with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----.",
        "Authorization: Bearer YOUR_TOKEN_GOES_HERE",
        "Authorization: Bearer ${ACCESS_TOKEN_OF_MINE}",
        'api_key = "your-api-key-goes-here"',
        "api_key: xxxxxxxxxxxxxxxxxxxxxxxx",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0.x",
        "eyJub3QiOiJhIHRva2VuIn0xyz.abcdefghijkl",
        "ym_" + "0" * 38,
        "sk-learn is a package; task-oriented-dialogue-systems",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "uuid 123e4567-e89b-12d3-a456-426614174000",
        "password: string",
        "The password policy of our company",
    ],
)
def test_what_only_looks_like_one_is_ignored(text: str, found: Callable[[str], list[Finding]]) -> None:
    """Placeholders, specimens, hashes, prose."""
    assert [one for one in found(text) if one.rule.id.startswith(("secret.", "key."))] == []


def test_a_key_of_yanmens_shape_without_its_checksum_is_none(found: Callable[[str], list[Finding]]) -> None:
    """One in four billion such strings is."""
    key = keys.new_key()
    wrong = key[:-1] + ("a" if key[-1] != "a" else "b")

    assert "key.leaked" in [one.rule.id for one in found(key)]
    assert "key.leaked" not in [one.rule.id for one in found(wrong)]


def test_a_password_on_this_machine_is_less_sure(found: Callable[[str], list[Finding]]) -> None:
    """Local databases have passwords that everybody knows."""
    (near,) = found("postgres://app:Tr0ub4dor@localhost/x")
    (far,) = found("postgres://app:Tr0ub4dor@db.corp.cn/x")

    assert near.confidence < far.confidence
