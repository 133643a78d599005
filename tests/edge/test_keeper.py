"""The keeper: what is decided is dropped, and what goes wrong is said and opens the wall."""

from __future__ import annotations

import errno
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yanmen.core.clock import SECOND, now
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import FOREVER, Ref, Verdict
from yanmen.edge import keeper as module
from yanmen.edge import messages
from yanmen.edge.keeper import Keeper
from yanmen.edge.netlink import KernelError
from yanmen.edge.program import Network
from yanmen.edge.site import Site
from yanmen.edge.wall import Wall
from yanmen.policy import Standing
from yanmen.policy.standing import network_of
from yanmen.store import Store

Decide = Callable[..., str]
Prepared = Callable[..., tuple[Site, Any]]


class Kept:
    """A keeper, and what it said."""

    def __init__(self, lab: Any, site: Site, folder: Path) -> None:
        """Started."""
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.ahead = 0
        self.netlinks = [lab.netlink() for _ in range(3)]
        clock = lambda: now() + self.ahead  # noqa: E731  # a clock that can be put forward
        walls = [Wall(one, site, clock) for one in self.netlinks]
        self.wall = walls[0]
        self.beside = walls[2]

        def reopen() -> Store | None:
            return Store.open(folder) if Store.exists(folder) else None

        self.keeper = Keeper(
            reopen, (walls[0], walls[1]), site, lambda kind, data: self.said.append((kind, data)), clock
        )
        self.keeper.start()

    def turn(self, *due: str) -> None:
        """A look, with some of its tasks due."""
        self.keeper._due |= dict.fromkeys(("retry", *due), 0.0)
        self.keeper.turn()

    def kinds(self) -> list[str]:
        """What was said."""
        return [kind for kind, _ in self.said]

    def last(self, kind: str) -> dict[str, Any]:
        """The last that was said of a kind."""
        return [data for found, data in self.said if found == kind][-1]

    def close(self) -> None:
        """Everything is let go."""
        self.keeper.close()
        for one in self.netlinks:
            one.close()


@pytest.fixture
def keep(lab: Any, prepared: Prepared, store: Store) -> Iterator[Callable[..., Kept]]:
    """Starts keepers with what [edge] says."""
    started: list[Kept] = []

    def make(**edge: Any) -> Kept:
        site, config = prepared(**edge)
        started.append(Kept(lab, site, Path(config.data)))
        return started[-1]

    yield make
    for one in started:
        one.close()


def written(store: Store, kind: str) -> list[dict[str, Any]]:
    """The data of the events of a kind."""
    store.flush()
    return [one.event.data for one in store.events.after(0, 1_000, (kind,))]


def test_what_is_decided_is_dropped_and_what_is_lifted_is_not(
    lab: Any, keep: Callable[..., Kept], decide: Decide, lift: Callable[[str], None], store: Store
) -> None:
    """From the first look on; not what answers one call, is a shadow, challenges, or concerns no address."""
    first = decide("10.9.200.1")
    kept = keep()
    assert lab.dropped("10.9.200.1")
    second = decide("10.9.201.0/24")
    decide("10.9.202.1", 0)
    decide("10.9.202.1", shadow=True)
    decide("10.9.202.1", verdict=Verdict.CHALLENGE)
    decide("nonsense")
    kept.turn()
    assert lab.dropped("10.9.201.9")
    assert lab.reaches("10.9.202.1")
    lift(first)
    lift(second)
    kept.turn("say")

    assert lab.reaches("10.9.200.1")
    assert lab.reaches("10.9.201.9")
    assert kept.kinds()[:2] == ["started", "applied"]
    assert kept.last("applied")["bans"] == 0
    assert kept.last("applied")["seq"] == store.events.after(0, 99, ("decision.lifted",))[-1].seq
    kept.keeper.close()
    assert [one["bans"] for one in written(store, "edge.applied")] == [1, 0]
    assert written(store, "edge.started")[0]["ports"] == [8080]


def test_of_two_bans_the_longer_holds(
    keep: Callable[..., Kept], decide: Decide, lift: Callable[[str], None]
) -> None:
    """And when it is lifted, the shorter again."""
    kept = keep()
    decide("10.9.200.1", 600)
    longer = decide("10.9.200.1", 7_200)
    kept.turn()
    (entry,) = kept.wall.bans().values()
    assert entry.milliseconds > 7_000_000
    lift(longer)
    kept.turn()
    (entry,) = kept.wall.bans().values()
    assert 500_000 < entry.milliseconds <= 600_000


def test_what_somebody_deleted_is_put_up_again(lab: Any, keep: Callable[..., Kept], decide: Decide) -> None:
    """The table, the rules, or an element."""
    decide("10.9.200.1")
    kept = keep()
    for damage in (
        messages.no_table(),
        [messages.no_rules()],
        list(messages.take("ban4", [bytes((10, 9, 200, 1))])),
        [*messages.put("ban4", [(bytes((10, 9, 0, 2)), 0)])],
    ):
        kept.netlinks[2].commit(damage)
        kept.turn("check", "deep")
        kept.turn("say")

        assert lab.dropped("10.9.200.1")
        assert lab.reaches("10.9.0.2")
        assert kept.last("applied")["cause"] == "changed"


def test_while_the_store_is_gone_there_is_no_sign_of_life(
    keep: Callable[..., Kept], decide: Decide, tmp_path: Path, store: Store
) -> None:
    """It is said; and when the store is back, all is as it says."""
    decide("10.9.200.1")
    kept = keep()
    kept.turn("beat")
    before = kept.beside.alive()
    assert before > 299_000
    store.close()
    (tmp_path / "data").rename(tmp_path / "away")
    for _ in range(3):
        time.sleep(0.5)
        kept.turn("beat", "present")

    assert kept.beside.alive() <= before - 1_000
    assert kept.kinds()[-1] == "failed"
    assert kept.last("failed")["what"] == "store"
    assert kept.kinds().count("failed") == 1

    shutil.copytree(tmp_path / "away", tmp_path / "data")
    kept.turn("beat", "say", "present")

    assert kept.beside.alive() > before - 1_000
    assert "restored" in kept.kinds()
    assert len(kept.wall.bans()) == 1


def test_another_store_in_its_place_is_obeyed(
    keep: Callable[..., Kept], decide: Decide, tmp_path: Path, store: Store
) -> None:
    """A restored copy is another file; the old one, still open, is not believed."""
    decide("10.9.200.1")
    kept = keep()
    store.close()
    (tmp_path / "data").rename(tmp_path / "away")
    Store.open(tmp_path / "data").close()
    kept.turn("present")

    assert kept.wall.bans() == {}


def test_what_the_kernel_refuses_is_said_and_tried_again(
    keep: Callable[..., Kept], decide: Decide, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    """With an event; and after the dead man's minutes it ends with an error."""
    kept = keep(dead_man_minutes=1)
    refuse = True
    commit = kept.netlinks[0].commit

    def refusing(*given: Any) -> None:
        if refuse:
            raise KernelError(errno.ENOMEM, "no memory")
        commit(*given)

    monkeypatch.setattr(kept.netlinks[0], "commit", refusing)
    decide("10.9.200.1")
    kept.turn()
    kept.turn()
    assert kept.kinds().count("failed") == 1
    assert kept.last("failed")["what"] == "kernel"
    refuse = False
    kept.turn("say")
    assert kept.kinds()[-2:] == ["restored", "applied"]
    assert len(kept.wall.bans()) == 1
    refuse = True
    decide("10.9.200.2")
    kept.turn()
    assert kept.keeper._since is not None
    kept.keeper._since -= 61
    with pytest.raises(YanmenError, match="kernel refuses"):
        kept.turn()
    kept.keeper.close()
    assert [one["what"] for one in written(store, "edge.failed")][:2] == ["kernel", "kernel"]


def test_of_too_many_bans_the_newest_are_in_the_kernel(
    keep: Callable[..., Kept], decide: Decide, lift: Callable[[str], None]
) -> None:
    """And it is said how many are not."""
    first = [decide(f"10.9.200.{last}") for last in range(1, 4)]
    kept = keep(bans=4)
    for last in range(4, 8):
        decide(f"10.9.200.{last}")
    kept.turn("say")
    assert sorted(map(str, kept.wall.bans())) == [f"10.9.200.{last}" for last in range(4, 8)]
    assert kept.last("applied")["beyond"] == 3
    for one in first:
        lift(one)
    decide("10.9.201.0/24")
    kept.turn("say")
    assert sorted(map(str, kept.wall.bans())) == ["10.9.200.5", "10.9.200.6", "10.9.200.7", "10.9.201.0/24"]
    assert kept.last("applied")["beyond"] == 1


def test_when_the_clock_jumps_all_ends_are_set_anew(keep: Callable[..., Kept], decide: Decide) -> None:
    """A ban ends when the decision says, not so many seconds after it was put up."""
    decide("10.9.200.1", 3_600)
    kept = keep()
    kept.ahead = 1_800 * SECOND
    kept.turn()
    (entry,) = kept.wall.bans().values()
    assert entry.milliseconds <= 1_800_000


def test_what_was_dropped_is_told_once_a_minute(
    lab: Any, keep: Callable[..., Kept], decide: Decide, store: Store
) -> None:
    """With the bans and the sources that were dropped most."""
    decide("10.9.200.1")
    kept = keep(source_rate=1, source_burst=2, prefix_rate=0)
    assert lab.dropped("10.9.200.1")
    lab.burst(["10.9.200.2"] * 9)
    kept.turn("drops")
    for _ in range(50):
        kept.turn()
    told = kept.last("dropped")
    assert told["bans"][0]["ip"] == "10.9.200.1"
    assert told["banned"] >= 1
    assert told["sources"][0]["meter"] == "source"
    assert told["sources"][0]["ip"] == "10.9.200.2"
    assert 1 <= told["sources"][0]["packets"] <= told["metered"]
    count = kept.kinds().count("dropped")
    kept.turn("drops")
    for _ in range(50):
        kept.turn()
    assert kept.kinds().count("dropped") in {count, count + 1}  # what was retransmitted
    kept.keeper.close()
    assert written(store, "edge.dropped")[0] == told


NETWORKS = ("10.9.200.1", "10.9.200.2", "10.9.200.0/24", "10.9.200.0/25", "10.9.0.0/16", "fd09::2", "fd09::/64", "fd09::/16",
            "::ffff:10.9.200.3", "192.0.2.7", "192.0.2.0/23", "not an address", "10.9.200.1/24")  # fmt: skip
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(NETWORKS), st.sampled_from((600, 9_000, FOREVER)), st.sampled_from(Verdict)
        ),
        st.tuples(st.just("lift"), st.integers(0, 20), st.none()),
        st.tuples(st.just("look"), st.just(0), st.none()),
        st.tuples(st.just("delete"), st.just(0), st.none()),
        st.tuples(st.just("later"), st.just(700), st.none()),
    ),
    max_size=12,
)


def test_for_any_sequence_of_decisions_the_kernel_equals_what_stands(
    keep: Callable[..., Kept], decide: Decide, lift: Callable[[str], None], store: Store
) -> None:
    """Bans, longer and shorter, nested and repeated, lifted, over, and a table deleted in between: as door 1 would refuse."""
    kept = keep(allow=["192.0.2.0/24"])
    made: list[str] = []

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(steps=STEPS)
    def play(steps: list[tuple[str, int, Verdict | None]]) -> None:
        for what, number, verdict in steps:
            if verdict is not None:
                made.append(decide(what, number, verdict))
            elif what == "lift" and made:
                lift(made.pop(number % len(made)))
            elif what == "look":
                kept.turn()
            elif what == "delete":
                kept.netlinks[2].commit(messages.no_table())
            elif what == "later":
                kept.ahead += number * SECOND
        kept.turn("check")
        at = now() + kept.ahead
        standing = [one for one in store.decisions.standing(at) if one.verdict is Verdict.BLOCK]
        found = [network_of(one.subject.id) for one in standing if one.subject.kind == "ip"]
        expected = {Network(*one) for one in found if one is not None}
        there = set(kept.wall.bans())
        assert there == expected - {Network(32, 32, 0xC0000207)}  # which is on the allow list
        door = Standing(standing)
        for address in (
            "10.9.200.1",
            "10.9.200.2",
            "10.9.200.3",
            "10.9.77.1",
            "fd09::2",
            "fd09:1::1",
            "192.0.3.1",
        ):
            refused = door.refusal((Ref(kind="ip", id=address),), at) is not None
            assert refused == any(_covers(one, address) for one in there)

    play()


def _covers(network: Network, address: str) -> bool:
    found = network_of(address)
    assert found is not None
    width, _, number = found
    return width == network.width and number >> (width - network.prefix) == network.number


def test_the_loop_ends_when_it_is_told_to(keep: Callable[..., Kept]) -> None:
    """At its next look."""
    kept = keep()
    stop = threading.Event()
    thread = threading.Thread(target=kept.keeper.run, args=(stop,))
    thread.start()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert module.LOOK_SECONDS <= 0.05
