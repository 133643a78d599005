"""Which headers pass, both ways."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.config import Upstream
from yanmen.core.errors import YanmenError
from yanmen.gateway.upstreams.headers import (
    HOP_BY_HOP,
    credential,
    forward_request_headers,
    forward_response_headers,
    own_headers,
)

SECRET = "sk-proj-0123456789"


@pytest.mark.parametrize(
    "name",
    [
        *sorted(HOP_BY_HOP),
        b"authorization",
        b"api-key",
        b"x-api-key",
        b"cookie",
        b"host",
        b"content-length",
        b"content-encoding",
        b"accept-encoding",
        b"expect",
        b"x-forwarded-for",
        b"forwarded",
        b"openai-organization",
        b"x-unknown",
    ],
)
def test_of_a_client_this_does_not_pass(name: bytes) -> None:
    """Credentials, cookies, framing, addresses, and whatever is unknown."""
    assert forward_request_headers([(name, b"a")]) == []


def test_of_a_client_the_known_headers_pass_in_order() -> None:
    """As they stand."""
    headers = [
        (b"content-type", b"application/json"),
        (b"cookie", b"a"),
        (b"accept", b"*/*"),
        (b"traceparent", b"00"),
    ]

    assert forward_request_headers(headers) == [headers[0], headers[2], headers[3]]


@pytest.mark.parametrize(
    "name",
    [
        *sorted(HOP_BY_HOP),
        b"set-cookie",
        b"server",
        b"www-authenticate",
        b"location",
        b"content-length",
        b"content-encoding",
        b"strict-transport-security",
        b"access-control-allow-origin",
        b"x-powered-by",
        b"x-unknown",
        b"openai-organization",
    ],
)
def test_of_a_model_this_does_not_pass(name: bytes) -> None:
    """Cookies, framing, what it tells of its house, and whatever is unknown."""
    assert forward_response_headers([(name, b"a")]) == []


def test_of_a_model_the_known_headers_and_families_pass() -> None:
    """Rate limits by their family."""
    headers = [
        (b"content-type", b"text/event-stream"),
        (b"x-ratelimit-remaining-tokens", b"5"),
        (b"retry-after", b"1"),
    ]

    assert forward_response_headers([*headers, (b"server", b"s")]) == headers


def test_what_connection_names_does_not_pass() -> None:
    """It belongs to one connection only."""
    headers = [(b"connection", b"close, X-Request-Id"), (b"x-request-id", b"1"), (b"content-type", b"a/b")]

    assert forward_response_headers(headers) == [(b"content-type", b"a/b")]


@given(st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=20))))
def test_forwarding_only_leaves_out(headers: list[tuple[bytes, bytes]]) -> None:
    """It changes nothing, and doing it again changes nothing more."""
    for forward in (forward_request_headers, forward_response_headers):
        kept = forward(headers)

        assert all(pair in headers for pair in kept)
        assert forward(kept) == kept


def test_the_credential_is_found_in_its_places_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key itself, then its file, then the environment."""
    file = tmp_path / "key"
    file.write_text("from-file\n")
    monkeypatch.setenv("THE_KEY", " from-environment ")

    assert credential(Upstream(key="itself", key_file=str(file), key_env="THE_KEY")) == "itself"
    assert credential(Upstream(key_file=str(file), key_env="THE_KEY")) == "from-file"
    assert credential(Upstream(key_env="THE_KEY")) == "from-environment"
    assert credential(Upstream(key_env="")) == ""
    assert credential(Upstream(key_env="NO_SUCH_VARIABLE")) == ""


def test_a_key_file_that_cannot_be_read_is_said_to_be(tmp_path: Path) -> None:
    """Missing, or no text."""
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")

    for file in (tmp_path / "missing", binary):
        with pytest.raises(YanmenError, match="cannot read the upstream's key"):
            credential(Upstream(key_file=str(file)))


@pytest.mark.parametrize("key", [f"{SECRET}\r\nx: y", f"{SECRET} b", f"{SECRET}é", f"{SECRET}\0"])
def test_a_key_that_no_header_may_hold_is_refused_without_being_told(key: str) -> None:
    """The error does not show it."""
    with pytest.raises(YanmenError) as raised:
        credential(Upstream(key=key))

    assert SECRET not in f"{raised.value!r} {raised.value} {raised.value.hint.en} {raised.value.hint.zh}"


def test_templates_are_filled() -> None:
    """Names in lower case; one that needs a key is left out where there is none."""
    templates = {"Api-Key": "{key}", "x-team": "a {team}"}

    assert own_headers(Upstream(key=SECRET, headers=templates)) == [
        (b"api-key", SECRET.encode()),
        (b"x-team", b"a {team}"),
    ]
    assert own_headers(Upstream(headers=templates)) == [(b"x-team", b"a {team}")]
    assert own_headers(Upstream(key=SECRET)) == [(b"authorization", b"Bearer " + SECRET.encode())]


@pytest.mark.parametrize(
    "templates",
    [
        {"a b": "c"},
        {"": "c"},
        {"a": "b\r\nc: d"},
        {"Content-Length": "1"},
        {"host": "x"},
        {"connection": "x"},
    ],
)
def test_a_template_cannot_break_the_framing(templates: dict[str, str]) -> None:
    """It is an error of the configuration, which names it."""
    with pytest.raises(YanmenError, match=r"gateway\.upstream\.headers"):
        own_headers(Upstream(headers=templates))
