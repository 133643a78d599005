"""What a caller is told of limits."""

from __future__ import annotations

import pytest

from yanmen.gateway.limits.telling import code, duration, headers, named, refused
from yanmen.store.counters import MONEY, REQUESTS, TOKENS, Denied, Left, budget, concurrent, rate
from yanmen.store.counters.meters import MINUTE, NEVER

REQUEST_RATE = rate("key:k/requests/minute", REQUESTS, 60, MINUTE)
TENANT_RATE = rate("tenant:t/requests/minute", REQUESTS, 1_000, MINUTE)
TOKEN_RATE = rate("key:k/tokens/minute", TOKENS, 900, MINUTE)


def test_the_rate_that_is_nearest_its_end_is_told() -> None:
    """Of requests and of tokens, as OpenAI's clients read them."""
    left = [Left(TENANT_RATE, 900, 5), Left(REQUEST_RATE, 3, 57_000_000), Left(TOKEN_RATE, 450, 30_000_000)]

    assert headers(left) == [
        (b"x-ratelimit-limit-requests", b"60"),
        (b"x-ratelimit-remaining-requests", b"3"),
        (b"x-ratelimit-reset-requests", b"57s"),
        (b"x-ratelimit-limit-tokens", b"900"),
        (b"x-ratelimit-remaining-tokens", b"450"),
        (b"x-ratelimit-reset-tokens", b"30s"),
    ]


def test_when_to_come_again_is_rounded_up() -> None:
    """And where no waiting helps, that is said in the way the clients read."""
    assert dict(refused(Denied(REQUEST_RATE, 0, 1_000_001)))[b"retry-after"] == b"2"
    long = dict(refused(Denied(REQUEST_RATE, 0, 10**15)))
    assert long == {b"retry-after": b"86400", b"x-should-retry": b"false"}
    never = dict(refused(Denied(TOKEN_RATE, 10, NEVER)))
    assert never == {b"x-should-retry": b"false"}


@pytest.mark.parametrize(
    ("denied", "word"),
    [
        (Denied(REQUEST_RATE, 0, 5), "rate_limit_exceeded"),
        (Denied(TOKEN_RATE, 0, NEVER), "request_exceeds_limit"),
        (Denied(budget("tenant:t/money/month/2026-11", MONEY, 5), 0, 5), "insufficient_quota"),
        (Denied(concurrent("key:k/concurrent", 1), 0, 5), "too_many_concurrent_calls"),
    ],
)
def test_each_kind_of_limit_has_its_code(denied: Denied, word: str) -> None:
    """The codes of OpenAI where it has one."""
    assert code(denied) == word


def test_the_message_says_what_the_limit_is_of_and_not_whose_name() -> None:
    """Money as money."""
    meter = budget("tenant:a/b/money/month/2026-11", MONEY, 5_500_000_000)

    assert named(Denied(meter, 10, 5), 20_000_000) == {
        "whose": "tenant",
        "what": "money/month",
        "limit": "5.5",
        "remaining": "0",
        "requested": "0.02",
    }
    assert named(Denied(concurrent("key:k/concurrent", 3), 0, 5), 1)["what"] == "calls"
    assert named(Denied(TOKEN_RATE, 7, 5), 9)["what"] == "tokens/minute"


@pytest.mark.parametrize(
    ("micros", "said"),
    [(0, "0ms"), (12_000, "12ms"), (1_500_000, "1.5s"), (360_000_000, "6m0s"), (3_723_000_000, "1h2m3s")],
)
def test_durations_are_written_as_openai_writes_them(micros: int, said: str) -> None:
    """``6m0s``."""
    assert duration(micros) == said
