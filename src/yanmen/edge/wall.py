"""The wall in the kernel: laid, taken over, changed, kept alive, read back and taken down. Each in one transaction."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from yanmen.core.clock import SECOND, Clock, now
from yanmen.edge import messages
from yanmen.edge.messages import Entry, Loaded, Table
from yanmen.edge.netlink import KernelError, Message, Netlink
from yanmen.edge.program import ALIVE, ALLOW, INTERFACES, PORTS, Network, Program, program
from yanmen.edge.site import Site
from yanmen.policy.standing import V4, V6

DISTANT = 10 * 365 * 86_400 * SECOND
"""What lasts longer has no end in the kernel; it is taken out when it is lifted or over."""
TOLERANCE = 5_000
"""Milliseconds by which an end in the kernel may differ from the decision's: a batch is a while on its way on a busy machine."""
_FAMILIES = {V4: b"\x02", V6: b"\x0a"}
_TRIES = 5


class Difference(NamedTuple):
    """How the kernel differs from what is decided."""

    missing: tuple[Network, ...]
    extra: tuple[Network, ...]
    ends: tuple[Network, ...]
    """In both, but with another end."""

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra or self.ends)


class Changed(NamedTuple):
    """How many bans a change put in, gave a new end, and took out."""

    added: int = 0
    renewed: int = 0
    removed: int = 0


class Laid(NamedTuple):
    """What laying the program did."""

    replaced: bool
    """The whole table was made anew; false: it stood, and what it remembers was kept."""
    difference: Difference
    """What was put right."""


class Wall:
    """Our table in the network namespace of a netlink socket."""

    def __init__(self, netlink: Netlink, site: Site, clock: Clock = now) -> None:
        """Nothing is read or changed yet."""
        self._clock = clock
        self._netlink = netlink
        self._site = site
        self._lengths: frozenset[tuple[int, int]] = frozenset()
        self._there: dict[Network, int] = {}
        self._generation = 0
        self._shape: object = None

    def lay(self, wanted: Mapping[Network, int]) -> Laid:
        """Make the kernel equal to what is wanted (networks and their ends), whatever is there.

        From nothing, after another process, or after somebody's change. It is one transaction: what was dropped before and is
        to be dropped after is dropped in between.
        """
        for left in reversed(range(_TRIES)):
            generation = self.generation()
            batch, laid = self._batch(wanted)
            try:
                self._netlink.commit(batch, generation if left else None)
            except KernelError as error:
                if error.errno != errno.ERESTART:
                    raise
                continue  # somebody changed the ruleset while we looked
            self._there = dict(wanted)
            self._lengths = _lengths(wanted)
            self._generation = generation + 1
            self._shape = self._shape_now()
            return laid
        raise AssertionError("unreachable: the last try is not guarded")

    def __len__(self) -> int:
        """Bans that were put into the kernel and have not been forgotten since."""
        return len(self._there)

    def become(self, wanted: Mapping[Network, int]) -> Changed:
        """Like ``change``, for all there is: what is not wanted goes. The kernel is not read."""
        return self.change({**dict.fromkeys(self._there, 0), **wanted})

    def change(self, ends: Mapping[Network, int]) -> Changed:
        """Give networks new ends (0: take them out), in one transaction."""
        ends = {network: end for network, end in ends.items() if self._there.get(network, 0) != end}
        if not ends:
            return Changed()
        lasting = sum(end > 0 for end in ends.values())
        added = sum(network not in self._there for network in ends)
        lengths = self._lengths | _lengths(network for network, end in ends.items() if end)
        batch: list[Message] = []
        at = self._clock()
        if lengths != self._lengths:
            batch += self._rules(program(self._site, lengths))
        for name, members in _by_set(ends).items():
            renewed = [(one.key, _milliseconds(ends[one], at)) for one in members if ends[one]]
            batch += messages.renew(name, renewed) if renewed else ()
            over = [one.key for one in members if not ends[one]]
            batch += messages.take(name, over) if over else ()
        self._netlink.commit(batch)
        self._generation += 1
        if lengths != self._lengths:
            self._lengths = lengths
            self._shape = self._shape_now()
        for network, end in ends.items():
            if end:
                self._there[network] = end
            else:
                self._there.pop(network, None)
        return Changed(added, lasting - added, len(ends) - lasting)

    def beat(self) -> None:
        """A sign of life: without the next, the kernel lets everything through after the dead-man's minutes."""
        self._netlink.commit(list(self._life()))
        self._generation += 1

    def prune(self, at: int) -> None:
        """Forget what the kernel has dropped by itself."""
        self._there = {network: end for network, end in self._there.items() if end > at}

    def touched(self) -> bool:
        """Whether anybody else has changed anything in the kernel's ruleset since we did. A few microseconds."""
        return self.generation() != self._generation

    def intact(self) -> bool:
        """Whether our table, sets, chains and rules are those that we laid; what is in the sets is not looked at."""
        generation = self.generation()
        same = self._shape_now() == self._shape
        if same:
            self._generation = generation
        return same

    def generation(self) -> int:
        """The number of the kernel's ruleset."""
        return messages.generation(self._netlink.ask(messages.GENERATION)[0])

    def table(self) -> Table | None:
        """Our table, where it stands."""
        found = self._netlink.ask(messages.TABLES)
        return messages.table(found[0]) if found else None

    def rules(self) -> list[Loaded]:
        """The rules of our table, in order."""
        return [messages.rule(one) for piece in self._netlink.dump(*messages.RULES) for one in piece]

    def sets(self) -> list[str]:
        """The names of the sets of our table."""
        return [messages.set_name(one) for piece in self._netlink.dump(*messages.SETS) for one in piece]

    def entries(self, name: str) -> Iterator[list[Entry]]:
        """What is in a set, in pieces."""
        for piece in self._netlink.dump(*messages.elements_of(name)):
            yield [entry for one in piece for entry in messages.entries(one)]

    def alive(self) -> int:
        """Milliseconds until the kernel lets everything through, unless there is a sign of life; 0: it does so now."""
        left = [one.milliseconds for piece in self.entries(ALIVE) for one in piece]
        return min(left, default=0)

    def bans(self) -> dict[Network, Entry]:
        """The bans in the kernel."""
        found = {}
        for name in self.sets():
            kind = banned(name)
            if kind is None:
                continue
            width, prefix = kind
            for piece in self.entries(name):
                for one in piece:
                    number = int.from_bytes(one.key, "big") >> (width - prefix)
                    found[Network(width, prefix, number)] = one
        return found

    def difference(self, wanted: Mapping[Network, int]) -> Difference:
        """How the kernel's bans differ from what is wanted."""
        begun = self._clock()
        return _difference(wanted, self.bans(), begun, self._clock())

    def remove(self) -> None:
        """Take the table down, where it stands. Nothing of anybody else is touched."""
        self._netlink.commit(messages.no_table())
        self._there, self._lengths, self._shape = {}, frozenset(), None

    def _batch(self, wanted: Mapping[Network, int]) -> tuple[list[Message], Laid]:
        whole = program(self._site, _lengths(wanted))
        table = self.table()
        sets = set(self.sets()) if table is not None else set()
        kept = {one.name for one in whole.sets if banned(one.name) is None or one.name.startswith("ban")}
        print_ = self._fingerprint(whole)
        if table is None or table.fingerprint != print_ or not kept <= sets:
            return list(self._anew(whole, print_, wanted)), Laid(
                replaced=True, difference=Difference(tuple(wanted), (), ())
            )
        difference, at = self.difference(wanted), self._clock()
        batch = [messages.new_table(print_), *self._rules(whole)]
        stale = [name for name in sets - {one.name for one in whole.sets} if banned(name)]
        renewed = [*difference.missing, *difference.ends]
        for name, members in _by_set(renewed).items():
            batch += messages.renew(name, [(one.key, _milliseconds(wanted[one], at)) for one in members])
        for name, members in _by_set(difference.extra).items():
            batch += messages.take(name, [one.key for one in members]) if name not in stale else ()
        batch += [messages.no_set(name) for name in stale]
        batch += self._life()
        return batch, Laid(replaced=False, difference=difference)

    def _anew(self, whole: Program, print_: str, wanted: Mapping[Network, int]) -> Iterator[Message]:
        """The whole table in the place of whatever was there."""
        at = self._clock()
        yield from messages.no_table()
        yield messages.new_table(print_)
        yield from (messages.new_set(one) for one in whole.sets)
        yield from messages.put(PORTS, ((port.to_bytes(2, "big"), 0) for port in self._site.ports))
        names = (name.encode().ljust(16, b"\0") for name in self._site.edge.interfaces)
        yield from messages.put(INTERFACES, ((name, 0) for name in names))
        for width in self._site.widths:
            yield from messages.put_ranges(ALLOW[width], _ranges(self._site, width))
        for name, members in _by_set(wanted).items():
            yield from messages.put(name, ((one.key, _milliseconds(wanted[one], at)) for one in members))
        yield from (messages.new_chain(one) for one in whole.chains)
        yield from (messages.new_rule(one) for one in whole.rules)
        yield from self._life()

    @staticmethod
    def _rules(whole: Program) -> list[Message]:
        """All rules anew, in a table whose sets and chains are ours already; sets and chains that lack are made."""
        batch = [messages.new_set(one) for one in whole.sets]
        batch += [messages.new_chain(one) for one in whole.chains]
        return [*batch, messages.no_rules(), *(messages.new_rule(one) for one in whole.rules)]

    def _life(self) -> Iterator[Message]:
        lasts = self._site.edge.dead_man_minutes * 60_000
        yield from messages.renew(ALIVE, [(_FAMILIES[width], lasts) for width in self._site.widths])

    def _fingerprint(self, whole: Program) -> str:
        """Of whatever laying the rules anew does not put right."""
        return whole.fingerprint(self._site.ports, self._site.edge.interfaces, self._site.allow)

    def _shape_now(self) -> object:
        chains = [messages.chain(one) for piece in self._netlink.dump(*messages.CHAINS) for one in piece]
        rules = [rule[:3] for rule in self.rules()]
        return self.table(), sorted(self.sets()), [one for one in chains if one is not None], rules


def _difference(
    wanted: Mapping[Network, int], found: Mapping[Network, Entry], begun: int, ended: int
) -> Difference:
    """The kernel was read between two moments, so what was left of each ban lies between two lengths."""

    def same(network: Network, end: int) -> bool:
        left = found[network].milliseconds
        most, least = _milliseconds(end, begun), _milliseconds(end, ended)
        return bool(left) == bool(most) and least - TOLERANCE <= left <= most + TOLERANCE

    return Difference(
        missing=tuple(one for one in wanted if one not in found),
        extra=tuple(one for one in found if one not in wanted),
        ends=tuple(one for one, end in wanted.items() if one in found and not same(one, end)),
    )


def _milliseconds(end: int, at: int) -> int:
    """What an element lasts, rounded up; 0 for what has no end."""
    return 0 if end - at > DISTANT else max(1, (end - at + 999) // 1_000)


def _by_set(networks: Iterable[Network]) -> dict[str, list[Network]]:
    found: dict[str, list[Network]] = {}
    for network in networks:
        found.setdefault(network.set, []).append(network)
    return found


def _lengths(networks: Iterable[Network]) -> frozenset[tuple[int, int]]:
    return frozenset((one.width, one.prefix) for one in networks if one.prefix < one.width)


def banned(name: str) -> tuple[int, int] | None:
    """Width and prefix of the networks in a set of this name; None for a set of something else."""
    if name in {"ban4", "ban6"}:
        width = V4 if name == "ban4" else V6
        return width, width
    family, _, prefix = name.removeprefix("net").partition("_")
    if not name.startswith("net") or family not in {"4", "6"} or not prefix.isdigit():
        return None
    width = V4 if family == "4" else V6
    return (width, int(prefix)) if int(prefix) < width else None


def _ranges(site: Site, width: int) -> Iterator[tuple[bytes, bytes | None]]:
    """The allow list of a family as ranges: the first address of each, and the first behind it. Neighbours are one."""
    size, top = width // 8, 1 << width
    joined: list[list[int]] = []
    for wide, prefix, bits in sorted(site.allow, key=lambda one: one[2] << (one[0] - one[1])):
        if wide == width:
            first, behind = bits << (width - prefix), (bits + 1) << (width - prefix)
            if joined and joined[-1][1] == first:
                joined[-1][1] = behind
            else:
                joined.append([first, behind])
    for first, behind in joined:
        yield first.to_bytes(size, "big"), behind.to_bytes(size, "big") if behind < top else None
