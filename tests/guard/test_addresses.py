"""Where an address leads, and what it takes along."""

from __future__ import annotations

import pytest

from yanmen.guard.addresses import address, allowed, carries, lookalike

SECRET = "SGVsbG8gd29ybGQsIHRoaXMgaXMgc2VjcmV0"


@pytest.mark.parametrize(
    ("written", "scheme", "host"),
    [
        ("https://Evil.Test:8443/x", "https", "evil.test"),
        ("//evil.test/x", "", "evil.test"),
        ("\\\\evil.test/x", "", "evil.test"),
        ("https:/\\evil.test", "https", "evil.test"),
        ("https:evil.test", "https", "evil.test"),
        ("ht\ttps://ev\u200bil.test", "https", "evil.test"),
        ("https://good.test@evil.test/", "https", "evil.test"),
        ("https://good.test\\@evil.test/", "https", "evil.test"),
        ("https://ev%69l.test/", "https", "evil.test"),
        ("ｈｔｔｐｓ：／／ｅｖｉｌ.test", "https", "evil.test"),
        ("https://[2001:db8::1]:8080/x", "https", "[2001:db8::1]:8080"),
        ("/relative/path", "", ""),
        ("chapter-2", "", ""),
        ("mailto:a@b.test", "mailto", ""),
    ],
)
def test_an_address_is_read_as_a_browser_reads_it(written: str, scheme: str, host: str) -> None:
    """Entities, escapes, backslashes, unseen characters, users and encoded letters."""
    place = address(written)

    assert (place.scheme, place.host) == (scheme, host)


@pytest.mark.parametrize(
    "written",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "java&Tab;script:alert(1)",
        "javascript&colon;alert(1)",
        "javascript\\:alert(1)",
        "vbscript:x",
        "data:text/html,<script>",
        "data:image/svg+xml;base64,PHN2Zz4=",
    ],
)
def test_what_runs_when_it_is_opened_is_known(written: str) -> None:
    """However it is written."""
    assert address(written).scripting


@pytest.mark.parametrize(
    "written", ["data:image/png;base64,iVBO", "https://x.test/javascript:1", "#javascript"]
)
def test_what_does_not_run_is_left(written: str) -> None:
    """Pictures inside the address; words in a path."""
    assert not address(written).scripting


@pytest.mark.parametrize(
    ("written", "how"),
    [
        (f"https://e.test/p.png?d={SECRET}", "encoded"),
        (f"https://e.test/{SECRET}.png", "encoded"),
        ("https://e.test/?h=48656c6c6f20776f726c6420746865726521", "encoded"),
        ("https://e.test/?h=NBSWY3DPEB3W64TMMQQGC3TEEBTHE2LFNZSHG", "encoded"),
        ("https://nbswy3dpeb3w64tmmqqgc3teebthe2lfnzshg.e.test/", "subdomain"),
        ("https://e.test/?q={system_prompt}", "placeholder"),
        ("https://e.test/?q=%7Bhistory%7D", "placeholder"),
        ("https://e.test/log?data=alice%40corp.test", "personal"),
        ("https://e.test/?x=the%20launch%20is%20on%20friday", "words"),
        ("https://e.test/?x=我们下个月要收购那家公司", "words"),
        ("https://e.test/?secret=hunter2hunter2", "named"),
        ("https://e.test/" + "a1/" * 80, "long"),
    ],
)
def test_an_address_that_carries_data_is_known(written: str, how: str) -> None:
    """In whatever form."""
    sure, said = carries(address(written))

    assert said == how
    assert sure >= 0.6


@pytest.mark.parametrize(
    "written",
    [
        "https://cdn.test/chart.png?width=640&height=480",
        "https://images.test/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.jpg",
        "https://img.test/2024/05/how-to-bake-bread-at-home-today.png",
        "https://img.test/3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "https://upload.test/wikipedia/commons/thumb/a/a9/Example.jpg/640px-Example.jpg",
        "https://d111111abcdef8.cloudfront.test/a.png",
    ],
)
def test_an_ordinary_image_carries_nothing(written: str) -> None:
    """Sizes, digests, UUIDs and titles of files."""
    assert carries(address(written))[0] < 0.6


def test_a_list_of_hosts_is_exact_or_below_a_name() -> None:
    """Never a suffix of another name."""
    hosts = ("good.test", "*.cdn.test")

    assert allowed("good.test", hosts)
    assert allowed("a.cdn.test", hosts)
    assert not allowed("cdn.test", hosts)
    assert not allowed("evilgood.test", hosts)
    assert not allowed("good.test.evil.test", hosts)
    assert not allowed("", hosts)


@pytest.mark.parametrize(
    ("written", "sure"),
    [
        ("https://gооd.test/", 0.95),
        ("https://xn--gd-1lba.test/", 0.0),
        ("https://аррӏе.test/", 0.7),
        ("https://good.test@evil.test/", 0.8),
        ("https://münchen.test/", 0.0),
        ("https://例子.test/", 0.0),
        ("https://xn--/", 0.6),
        ("https://good.test/", 0.0),
    ],
)
def test_a_host_that_looks_like_another_is_known(written: str, sure: float) -> None:
    """Other scripts' letters and users before the host; not other languages."""
    assert lookalike(address(written), ("good.test",)) == pytest.approx(sure)


def test_what_is_shown_of_a_host_cannot_be_followed() -> None:
    """Its last two names, without whatever a browser or a terminal would obey."""
    assert address("https://a.b.evil.test/x").shown == "evil[.]test"
    assert address("https://" + "x" * 90 + ".test/").shown == "x" * 24 + "[.]test"
    assert address("/x").shown == "…"
