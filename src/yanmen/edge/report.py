"""What the wall would be, how the kernel differs from it, and how it does: for people and programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from yanmen.core.clock import now
from yanmen.core.config import Config
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event
from yanmen.edge.bans import Bans, Counts
from yanmen.edge.drops import Counters
from yanmen.edge.keeper import PROCESS, refused
from yanmen.edge.process import keeper_of, kept, opened, there
from yanmen.edge.program import Network, Program, program
from yanmen.edge.site import Site, site_of
from yanmen.edge.wall import Difference, Wall
from yanmen.store import Store

_WAIT = 30.0


class Plan(NamedTuple):
    """What ``yanmen edge run`` would put into the kernel."""

    site: Site
    program: Program
    wanted: dict[Network, int]
    """Banned networks, and when the ban ends, in microseconds."""
    counts: Counts
    at: int


class Status(NamedTuple):
    """How the wall does."""

    standing: bool
    """Our table is in the kernel."""
    alive: int
    """Milliseconds until the kernel lets everything through unless there is a sign of life; 0: it does so now."""
    keeper: int
    """The id of the process that keeps it; 0: none."""
    bans: int
    networks: int
    drops: dict[str, Any]
    """Packets dropped since each counter began."""

    @property
    def guarding(self) -> bool:
        """Whether packets are dropped now."""
        return self.standing and self.alive > 0


def plan(config: Config, store: Store) -> Plan:
    """What the wall would be. Needs no rights and asks no kernel."""
    site, at = site_of(config), now()
    bans = Bans(site)
    bans.add(store.decisions.addresses(at))
    wanted, counts = bans.wanted(at)
    lengths = {(one.width, one.prefix) for one in wanted if one.prefix < one.width}
    return Plan(site, program(site, lengths), wanted, counts, at)


def difference(planned: Plan) -> tuple[bool, Difference]:
    """Whether our program stands in the kernel as planned, and how its bans differ. YanmenError without the rights to look."""
    with opened() as netlink:
        wall = Wall(netlink, planned.site)
        try:
            names = [(rule.chain, rule.name) for rule in wall.rules()]
            found = wall.difference(planned.wanted)
        except OSError as error:
            raise refused(error) from error
    there = sorted(names) == sorted((rule.chain, rule.name) for rule in planned.program.rules)
    return there, found


def status(config: Config) -> Status:
    """How the wall does. YanmenError without the rights to look."""
    site, process = site_of(config), keeper_of(Path(config.data))
    with opened() as netlink:
        wall = Wall(netlink, site)
        try:
            if wall.table() is None:
                return Status(standing=False, alive=0, keeper=process, bans=0, networks=0, drops={})
            bans = wall.bans()
            drops = Counters(wall, site).read()
            alive = wall.alive()
        except OSError as error:
            raise refused(error) from error
    networks = sum(one.prefix < one.width for one in bans)
    return Status(
        standing=True,
        alive=alive,
        keeper=process,
        bans=len(bans),
        networks=networks,
        drops=drops.data,
    )


def flush(config: Config) -> bool:
    """Take the wall down and record it; whether there was one. YanmenError while a process keeps it."""
    folder = Path(config.data)
    if process := keeper_of(folder):
        raise kept(process)
    with opened() as netlink:
        wall = Wall(netlink, site_of(config))
        try:
            stood = wall.table() is not None
            wall.remove()
        except OSError as error:
            raise refused(error) from error
    if stood and there(config):
        with Store.open(folder, config.store) as store:
            event = Event(id=new_id("evt"), at=now(), kind="edge.removed", actor=PROCESS)
            store.append(event).result(_WAIT)
    return stood
