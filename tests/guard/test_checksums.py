"""What is a secret and what only looks like one."""

from __future__ import annotations

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.guard.checksums import crc62, decoded, entropy, is_placeholder, jwt_header, looks_random, macaroon


def test_a_github_token_carries_its_checksum() -> None:
    """CRC-32 of the characters between prefix and checksum, in base 62 (a made token: nobody's)."""
    assert crc62("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")
    assert not crc62("ghp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18")
    assert zlib.crc32(b"zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ") < 62**6


def test_a_pypi_token_is_a_macaroon() -> None:
    """Whose location is PyPI's."""
    body = (
        base64.urlsafe_b64encode(base64.b64decode("AgEIcHlwaS5vcmcCJA==") + bytes(range(100)))
        .decode()
        .rstrip("=")
    )

    assert macaroon("pypi-" + body)
    assert not macaroon("pypi-" + body[:5])
    assert not macaroon("pypi-AgEIcHlwaS5vcn")


@pytest.mark.parametrize(
    ("header", "right"),
    [
        ({"alg": "HS256"}, True),
        ({"enc": "A128GCM"}, True),
        ({"typ": "JWT"}, False),
        ([], False),
        ({"alg": 1}, False),
    ],
)
def test_the_header_of_a_token_names_an_algorithm(header: object, *, right: bool) -> None:
    """JSON in base64."""
    token = base64.urlsafe_b64encode(json.dumps(header).encode()).decode() + ".x.y"

    assert jwt_header(token) is right


@given(st.text())
def test_no_string_breaks_the_decoders(text: str) -> None:
    """They answer, whatever they are given."""
    assert isinstance(decoded(text), bytes)
    assert isinstance(jwt_header(text), bool)
    assert isinstance(macaroon(text), bool)
    assert isinstance(looks_random(text), bool)


@pytest.mark.parametrize(
    "text",
    [
        "YOUR_API_KEY",
        "sk-xxxxxxxxxxxx",
        "<token>",
        "${TOKEN}",
        "{{ token }}",
        "aaaaaaaaaaaaaaa",
        "AKIAIOSFODNN7EXAMPLE",
    ],
)
def test_placeholders_are_known(text: str) -> None:
    """They stand in a secret's place and are none."""
    assert is_placeholder(text)
    assert not looks_random(text)


def test_chance_has_entropy() -> None:
    """And repetition has none."""
    assert entropy("") == 0
    assert entropy("aaaa") == 0
    assert entropy("abcd") == 2
    assert looks_random("Zk29fjQ81mfPq0dkW83nf71a")
    assert not looks_random("abababababababababababab")
