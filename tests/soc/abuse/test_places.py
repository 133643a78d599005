"""Where from and with what a key is used."""

from __future__ import annotations

from yanmen.core.clock import DAY, HOUR
from yanmen.soc.abuse.places import LONGEST, MOST, OFTEN, Places, Seen, seen

NOW = 20_000 * DAY
HOME = Seen("DE", "AS1", "openai-python/1")
ELSEWHERE = Seen("BR", "AS2", "aiohttp/3")


def settled() -> Places:
    """A key that was used at home for three days."""
    places = Places()
    for number in range(3 * OFTEN):
        places.take(HOME, NOW + number * 3 * DAY // (3 * OFTEN))
    return places


LATER = NOW + 3 * DAY + 6 * HOUR


def test_the_first_places_of_a_key_are_not_new() -> None:
    """There is nothing yet that they are unlike."""
    places = Places()
    places.take(HOME, NOW)
    places.take(ELSEWHERE, NOW + DAY)

    assert places.is_new(ELSEWHERE) == ()


def test_country_system_and_client_may_all_be_new() -> None:
    """Each with what was used before; and only there."""
    places = settled()
    places.take(ELSEWHERE, LATER)

    assert places.is_new(ELSEWHERE) == ("country", "system", "client")
    assert places.is_new(HOME) == ()
    assert places.fresh["country"][:2] == ("BR", "DE")
    assert places.moved == ("", "")


def test_what_is_new_stays_so_for_two_hours() -> None:
    """However often it is used; afterwards it is known."""
    places = settled()
    places.take(ELSEWHERE, LATER)
    places.take(ELSEWHERE, LATER + HOUR)
    assert places.is_new(ELSEWHERE)
    places.take(ELSEWHERE, LATER + 3 * HOUR)
    assert places.is_new(ELSEWHERE) == ()


def test_two_countries_within_an_hour() -> None:
    """Of which both are not the key's own; networks that hide their users say nothing."""
    places = settled()
    places.take(HOME, LATER)
    places.take(Seen("BR", "AS3", "openai-python/1", hidden=True), LATER + HOUR // 2)
    assert places.moved == ("", "")
    places = settled()
    places.take(HOME, LATER)
    places.take(ELSEWHERE, LATER + HOUR // 2)
    places.take(HOME, LATER + HOUR // 2 + 1)
    assert places.moved == ("BR", "DE")
    assert len(places.moves) == 2


def test_an_event_is_not_trusted_and_places_are_bounded() -> None:
    """Odd shapes say nothing; long names are cut; the one unused longest goes."""
    assert seen({"origin": [], "client": "x"}, "") == Seen()
    assert seen({"origin": {"networks": "tor"}}, "192.0.2.0/24") == Seen(system="192.0.2.0/24")
    places = Places()
    for number in range(MOST * 2):
        places.take(seen({"origin": {"country": f"{number}" * 200}}, ""), NOW + number)
    assert len(places.known["country"]) == MOST
    assert all(len(name) <= LONGEST for name in places.known["country"])
