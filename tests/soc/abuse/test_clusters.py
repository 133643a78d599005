"""Registrations that belong together."""

from __future__ import annotations

import pytest

from yanmen.core.clock import DAY, SECOND
from yanmen.soc.abuse import clusters as module
from yanmen.soc.abuse.clusters import Clusters

NOW = 1_000 * DAY


def crowd(found: Clusters, many: int = 300) -> None:
    """People who share a common browser and nothing else."""
    for number in range(many):
        tokens = {
            "ja4": f"common{number % 3}",
            "device": f"d{number}",
            "prefix": f"p{number}",
            "shape": f"s{number % 4}",
        }
        found.add(f"crowd{number}", tokens, NOW + number * SECOND, 0.02, 30.0)


def test_a_crowd_with_common_browsers_is_no_cluster() -> None:
    """What every third has says nothing."""
    found = Clusters()
    crowd(found)

    assert found.standing(least=10) == []


def test_a_rare_fingerprint_brings_together_what_comes_from_everywhere() -> None:
    """Whole and pure, however many there are: what only the cluster has does not become common by it."""
    found = Clusters()
    crowd(found)
    at = NOW + 300 * SECOND
    names = {
        found.add(
            f"x{n}", {"ja4": "rare", "device": f"x{n}", "prefix": f"x{n}"}, at + n * SECOND, 0.1, 5.0
        ).id
        for n in range(200)
    }

    assert len(names) == 1
    (cluster,) = found.standing(least=10)
    assert cluster.total == 200
    assert cluster.common()["ja4"] == pytest.approx(1.0, abs=0.01)
    assert cluster.scattered > 0.9


def test_people_of_one_place_are_of_one_place() -> None:
    """So what they share, the place explains."""
    found = Clusters()
    crowd(found)
    for number in range(50):
        tokens = {"ip": "office", "prefix": "office", "ja4": "managed", "device": f"o{number}"}
        found.add(f"o{number}", tokens, NOW + 400 * SECOND, 0.02, 30.0)
    cluster = found.get("o0")
    assert cluster is not None

    assert cluster.scattered < 0.05


def test_one_that_ties_two_together_makes_them_one() -> None:
    """The old id still finds what it became."""
    found = Clusters()
    crowd(found)
    for number in range(5):
        found.add(f"a{number}", {"ja4": "rare-a", "prefix": f"a{number}"}, NOW, 0.1, 5.0)
        found.add(f"b{number}", {"ja4": "rare-b", "prefix": f"b{number}"}, NOW, 0.1, 5.0)
    first, second = found.get("a0"), found.get("b0")
    assert first is not None
    assert second is not None
    assert first is not second

    found.add("c", {"ja4": "rare-a", "device": "x", "mailbox": "m"}, NOW, 0.1, 5.0)
    found.add("d", {"ja4": "rare-b", "device": "x", "mailbox": "m"}, NOW, 0.1, 5.0)
    assert found.get("a0") is found.get("b0")


def test_the_same_first_prompt_later_makes_two_one() -> None:
    """Known only when they call."""
    found = Clusters()
    crowd(found)
    one = found.add("a", {"device": "a", "prefix": "a"}, NOW, 0.1, 5.0).id
    other = found.add("b", {"device": "b", "prefix": "b"}, NOW, 0.1, 5.0).id

    assert found.tie(one, "prompt:p", NOW) == one
    assert found.tie(other, "prompt:p", NOW) in {one, other}
    assert found.get(one) is found.get(other)
    assert found.tie("gone", "prompt:p", NOW) == ""


def test_times_alike_are_regular_and_peoples_are_not() -> None:
    """In logarithms: nine to eleven seconds, or ten to two hundred."""
    found = Clusters()
    for number in range(20):
        found.add(f"s{number}", {"device": "script"}, NOW, 0.1, 9.0 + number % 3)
        found.add(f"p{number}", {"device": "people"}, NOW, 0.1, 10.0 * (1 + number % 20))
    script, people = found.get("s0"), found.get("p0")

    assert script is not None
    assert people is not None
    assert script.regular > 0.6
    assert people.regular < 0.1


def test_what_grows_steadily_for_weeks_is_no_sudden_cluster() -> None:
    """As many, but over a month."""
    found = Clusters()
    for number in range(300):
        found.add(f"a{number}", {"device": "steady"}, NOW + number * DAY // 10, 0.1, 5.0)
    for number in range(30):
        found.add(f"b{number}", {"device": "sudden"}, NOW + 30 * DAY, 0.1, 5.0)
    steady, sudden = found.get("a0"), found.get("b0")

    assert steady is not None
    assert sudden is not None
    assert steady.sudden < 10
    assert sudden.sudden > 25


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clusters, things, and things of one cluster."""
    monkeypatch.setattr(module, "CLUSTERS", 10)
    monkeypatch.setattr(module, "TOKENS", 20)
    found = Clusters()
    for number in range(500):
        found.add(f"a{number}", {"device": "one", "ip": f"i{number}"}, NOW + number, 0.1, 5.0)
        found.add(f"b{number}", {"device": f"d{number}"}, NOW + number, 0.1, 5.0)

    assert len(found.standing(least=1)) <= 10
    (largest,) = [one for one in found.standing(least=1) if one.total > 100]
    assert len(largest.tokens) <= 2 * module.OF_ONE
