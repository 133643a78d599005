"""One tenant does not hold all places of the gateway."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yanmen.gateway.places import Places


def test_alone_a_tenant_may_have_them_all() -> None:
    """A quiet deployment of one tenant notices nothing."""
    places = Places(10, 0.5)

    assert [places.take("only") for _ in range(10)] == [True] * 10
    assert places.refused == 0


def test_where_there_are_several_each_may_have_its_share() -> None:
    """The others always find room."""
    places = Places(10, 0.8)
    places.take("good")
    taken = [places.take("flood") for _ in range(20)]

    assert taken == [True] * 8 + [False] * 12
    assert places.take("good")
    assert places.refused == 12
    places.leave("flood")
    assert places.take("flood")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=200))
def test_nobody_who_left_holds_anything(story: list[tuple[str, bool]]) -> None:
    """However calls come and go."""
    places, held = Places(10, 0.5), dict.fromkeys("abc", 0)
    for tenant, comes in story:
        if comes:
            held[tenant] += places.take(tenant)
        elif held[tenant]:
            places.leave(tenant)
            held[tenant] -= 1
    for tenant, count in held.items():
        for _ in range(count):
            places.leave(tenant)

    assert places._held == {}
