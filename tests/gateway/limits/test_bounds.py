"""Upper bounds and costs: rounded up, never down."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.config.limits import Limits, Price
from yanmen.gateway.limits.bounds import Asked, Usage, bound, cost_of, longest, money, most

LIMITS = Limits(
    prices={
        "gpt-4*": Price(input=2.5, output=10, cached=1.25, max_output_tokens=1_000),
        "gpt-4o-mini": Price(input=0.15, output=0.6),
    },
    message_tokens=10,
    image_tokens=500,
)


def test_of_patterns_the_longest_that_matches_applies() -> None:
    """And a name before any pattern."""
    assert longest(LIMITS.prices, "gpt-4o-mini") is LIMITS.prices["gpt-4o-mini"]
    assert longest(LIMITS.prices, "gpt-4o") is LIMITS.prices["gpt-4*"]
    assert longest(LIMITS.prices, "llama") is None
    assert not cost_of("llama", LIMITS).priced


def test_a_bound_is_bytes_and_template_and_media_and_all_answers() -> None:
    """A caller's own maximum is cut to the model's."""
    cost = cost_of("gpt-4o", LIMITS)

    assert bound(Asked(100, messages=2, media=1, choices=3, output=50), cost) == (100 + 30 + 500, 150, 50)
    assert bound(Asked(100, output=9_999), cost).each == 1_000
    assert bound(Asked(100), cost).output == 1_000
    assert bound(Asked(100, answers=False), cost).output == 0


def test_what_was_cached_costs_its_own_price() -> None:
    """5 USD for a million is 5,000 of 1e-9 for one."""
    cost = cost_of("gpt-4o", LIMITS)

    assert money(Usage(1_000, 100), cost) == 1_000 * 2_500 + 100 * 10_000
    assert money(Usage(1_000, 100, cached=600), cost) == 400 * 2_500 + 600 * 1_250 + 100 * 10_000


@given(
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.floats(0, 1_000),
    st.floats(0, 1_000),
)
def test_a_cost_is_never_rounded_down_and_never_above_its_bound(
    tokens_in: int, tokens_out: int, cached: int, price_in: float, price_out: float
) -> None:
    """Whatever is within the bound in tokens is within it in money."""
    cost = cost_of("m", Limits(prices={"m": Price(input=price_in, output=price_out)}))
    paid = money(Usage(tokens_in, tokens_out, cached), cost)
    exact = Fraction(tokens_in * cost.input + tokens_out * cost.output, 1_000)

    assert exact <= paid < exact + 1
    assert paid <= most(bound(Asked(tokens_in, output=tokens_out), cost)._replace(output=tokens_out), cost)
