"""Heads that two readers could read in two ways, llhttp's own refusals included: it is held to them here."""

from __future__ import annotations

import httptools
import pytest

from yanmen.gateway.downstream import refusals
from yanmen.gateway.downstream.framing import framed, target

HOST = (b"host", b"model.example")
HEAD = b"POST /a HTTP/1.1\r\nHost: x\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


class Heard:
    """Listens to a parser; httptools demands nothing of it."""


@pytest.mark.parametrize(
    "request_",
    [
        HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        HEAD + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        HEAD + b"Content-Length: 3, 3\r\n\r\nabc",
        HEAD + b"Content-Length: +3\r\n\r\nabc",
        HEAD + b"Content-Length: 0x3\r\n\r\nabc",
        HEAD + b"Content-Length: \r\n\r\nabc",
        HEAD + b"Content-Length: 99999999999999999999999\r\n\r\nabc",
        HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"X: a\r\n b\r\n\r\n",
        HEAD + b"X: a\nY: b\r\n\r\n",
        HEAD + b"X: a\r\n\n",
        HEAD + b"X: a\rY: b\r\n\r\n",
        HEAD + b"X: a\0b\r\n\r\n",
        HEAD + b"X(y: a\r\n\r\n",
        HEAD + b": a\r\n\r\n",
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"GET / HTTP/1.1\r\n Host: x\r\n\r\n",
        b"GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"get / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        CHUNKED + b"3\nabc\r\n0\r\n\r\n",
        CHUNKED + b"3 \r\nabc\r\n0\r\n\r\n",
        CHUNKED + b"3;a=\nb\r\nabc\r\n0\r\n\r\n",
        CHUNKED + b"0x3\r\nabc\r\n0\r\n\r\n",
        CHUNKED + b"-3\r\nabc\r\n0\r\n\r\n",
        CHUNKED + b"ffffffffffffffffff\r\nabc\r\n0\r\n\r\n",
        CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n",
        CHUNKED + b"3\r\nabc\n0\r\n\r\n",
        CHUNKED + b"3\r\nabc\r\n0\r\nContent-Length: 5\r\n\r\n",
        CHUNKED + b"3\r\nabc\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_llhttp_refuses_by_itself(request_: bytes) -> None:
    """Whoever changes its version learns here of what it no longer refuses."""
    with pytest.raises(httptools.HttpParserError):
        httptools.HttpRequestParser(Heard()).feed_data(request_)


@pytest.mark.parametrize(
    ("version", "headers", "refusal"),
    [
        ("1.1", [], refusals.BAD_HOST),
        ("1.1", [HOST, HOST], refusals.BAD_HOST),
        ("1.0", [HOST, (b"host", b"other")], refusals.BAD_HOST),
        ("1.1", [(b"host", b"")], refusals.BAD_HOST),
        ("1.1", [(b"host", b"a b")], refusals.BAD_HOST),
        ("1.1", [(b"host", b"user@model.example")], refusals.BAD_HOST),
        ("1.1", [(b"host", b"model.example/path")], refusals.BAD_HOST),
        ("1.1", [(b"host", b"model.example:port")], refusals.BAD_HOST),
        ("0.9", [], refusals.BAD_VERSION),
        ("2.0", [HOST], refusals.BAD_VERSION),
        ("1.1", [HOST, (b"transfer-encoding", b"gzip, chunked")], refusals.MALFORMED),
        ("1.0", [HOST, (b"transfer-encoding", b"chunked")], refusals.MALFORMED),
        ("1.1", [HOST, (b"expect", b"a miracle")], refusals.BAD_EXPECT),
        ("1.1", [HOST, (b"upgrade", b"WebSocket")], refusals.WEBSOCKET),
    ],
)
def test_what_llhttp_lets_through_is_refused(
    version: str, headers: list[tuple[bytes, bytes]], refusal: refusals.Refusal
) -> None:
    """Each by its own code."""
    assert framed(version, headers).refusal == refusal


@pytest.mark.parametrize(
    "host",
    [b"x", b"model.example", b"model.example:8080", b"127.0.0.1:80", b"[::1]", b"[::1]:8080", b"a_b-c.d:"],
)
def test_a_valid_host_passes(host: bytes) -> None:
    """Names, addresses of both families, ports."""
    assert framed("1.1", [(b"host", host)]) == (None, 0, False, host)


def test_http_1_0_needs_no_host() -> None:
    """It had none."""
    assert framed("1.0", []).refusal is None


def test_the_body_is_framed_by_its_length_or_by_chunks() -> None:
    """Blanks around a value are no part of it."""
    assert framed("1.1", [HOST, (b"content-length", b"12 ")]).length == 12
    assert framed("1.1", [HOST, (b"transfer-encoding", b" Chunked ")]).length == -1
    assert framed("1.1", [HOST]).length == 0


def test_an_expectation_is_heard_in_1_1_only() -> None:
    """RFC 9110 §10.1.1."""
    assert framed("1.1", [HOST, (b"expect", b"100-Continue")]).expects
    assert not framed("1.0", [(b"expect", b"100-continue")]).expects


@pytest.mark.parametrize(
    ("url", "path", "raw", "query"),
    [
        (b"/v1/models?a=b", "/v1/models", b"/v1/models", b"a=b"),
        (b"/a%20b", "/a b", b"/a%20b", b""),
        (b"//x/y", "//x/y", b"//x/y", b""),
        (b"http://model.example/a?b", "/a", b"/a", b"b"),
        (b"HTTP://MODEL.example", "/", b"/", b""),
        (b"*", "*", b"*", b""),
    ],
)
def test_a_target_is_read_in_each_of_its_forms(url: bytes, path: str, raw: bytes, query: bytes) -> None:
    """Origin, absolute and asterisk form."""
    assert target(url, b"model.example") == (path, raw, query)


@pytest.mark.parametrize(
    "url",
    [
        b"/a#b",
        b"http://other.example/a",
        b"http://u@model.example/",
        b"ftp://model.example/",
        b"http://model.example:81/",
    ],
)
def test_a_target_that_says_two_things_is_refused(url: bytes) -> None:
    """A fragment, another host than the Host header's, another scheme."""
    assert target(url, b"model.example") is None
