"""Registrations that have rare things in common are one cluster, whoever they seem to be. Online: each is placed as it comes.

How strongly a registration is tied to a cluster is, for each thing it shares with it, the weight of its kind times its rarity
outside of that cluster: a device says much, a browser that every third has says nothing, one address of a university says little.
Clusters that one registration ties together become one. All fades with a half-life of two days; bounded, the longest unseen goes
first.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping

from yanmen.core.clock import DAY
from yanmen.soc.abuse.counts import Counts

FADES = 2 * DAY
WINDOW = int(FADES / math.log(2))
"""So long a time a faded count is about."""
CLUSTERS, TOKENS, OF_ONE, PLACES = 20_000, 200_000, 48, 6
"""Clusters, things they may share, things kept of one cluster, and clusters kept of one thing. About 100 MB when all are full."""
WEIGHTS = {
    "prompt": 6.0,
    "mailbox": 6.0,
    "device": 5.0,
    "domain": 2.0,
    "ja4": 2.6,
    "agent": 1.0,
    "shape": 1.2,
    "ip": 1.2,
    "referrer": 0.8,
    "prefix": 0.8,
    "phone": 0.8,
}
"""How much it says to have a thing of a kind in common, at its rarest. Chosen by nature: what one person has only one of, what a
crowd is given, what a place is shared by."""
JOINS = 2.4
"""Strength from which on a registration belongs to a cluster: no single thing of a place is enough, a rare fingerprint is."""
USUAL, UNUSUAL = math.log(20), math.log(600)
"""What one in 20 has says nothing; one in 600 is as rare as it gets."""
FEW = 300.0
"""So many registrations that had nothing are assumed to have gone before: the first ones of all are not rare."""
_HALF = 0.5


class Cluster:
    """Registrations that belong together."""

    __slots__ = (
        "bad",
        "first",
        "good",
        "id",
        "last",
        "members",
        "seconds",
        "size",
        "squares",
        "suspect",
        "tokens",
        "total",
    )

    def __init__(self, name: str, at: int) -> None:
        """Nobody belongs to it yet."""
        self.id = name
        self.first = self.last = at
        self.total = 0
        self.size = self.suspect = 0.0
        """Members, faded; and the sum of what each said by itself."""
        self.seconds = self.squares = self.members = 0.0
        """Of the form's logarithmic seconds: sum, sum of squares, and of how many."""
        self.bad = self.good = 0.0
        """Labels of feedback."""
        self.tokens: dict[str, float] = {}

    def fade(self, at: int) -> None:
        """Everything counts less with time."""
        share = _HALF ** (max(0, at - self.last) / FADES)
        if share < 0.999:  # noqa: PLR2004  # less than four minutes change nothing
            for name in ("size", "suspect", "seconds", "squares", "members", "bad", "good"):
                setattr(self, name, getattr(self, name) * share)
            self.tokens = {token: count * share for token, count in self.tokens.items()}
            self.last = at

    def share(self, token: str) -> float:
        """Which share of its members has a thing, 0 to 1."""
        return min(1.0, self.tokens.get(token, 0.0) / max(1.0, self.size))

    def common(self) -> dict[str, float]:
        """By kind, which share of its members has the most frequent thing of that kind in common."""
        most: dict[str, float] = {}
        for token in self.tokens:
            kind = token.partition(":")[0]
            most[kind] = max(most.get(kind, 0.0), self.share(token))
        return most

    @property
    def scattered(self) -> float:
        """How far its members are from being of one place, 0 to 1: what people of one place share, the place explains."""
        return 1.0 - self.common().get("prefix", 0.0)

    def add(self, tokens: Iterable[str], at: int, suspect: float, seconds: float) -> None:
        """One member more."""
        self.fade(at)
        self.last = max(self.last, at)
        self.total += 1
        self.size += 1.0
        self.suspect += suspect
        if seconds >= 0.0:
            logarithm = math.log1p(seconds)
            self.seconds, self.squares, self.members = (
                self.seconds + logarithm,
                self.squares + logarithm * logarithm,
                self.members + 1.0,
            )
        for token in tokens:
            self.tokens[token] = self.tokens.get(token, 0.0) + 1.0
        if len(self.tokens) > 2 * OF_ONE:
            kept = sorted(self.tokens.items(), key=lambda item: -item[1])[:OF_ONE]
            self.tokens = dict(kept)

    @property
    def sudden(self) -> float:
        """How many members it has beyond what it had all along: what grows steadily for weeks is a fashion, not a campaign."""
        age = max(WINDOW, self.last - self.first)
        steady = self.total * WINDOW / age
        return self.size * min(1.0, WINDOW / age * self.size / max(1.0, steady))

    @property
    def regular(self) -> float:
        """How alike the times are that its members took for the form, 0 to 1. People differ by half their mean and more."""
        if self.members < 4.0:  # noqa: PLR2004  # three alike are chance
            return 0.0
        mean = self.seconds / self.members
        spread = math.sqrt(max(0.0, self.squares / self.members - mean * mean))
        return max(0.0, min(1.0, 1.0 - spread / 0.4))


class Clusters:
    """Places registrations."""

    def __init__(self) -> None:
        """There are none yet."""
        self._clusters: OrderedDict[str, Cluster] = OrderedDict()
        self._places: OrderedDict[str, list[str]] = OrderedDict()
        self._alias: OrderedDict[str, str] = OrderedDict()
        self.counts = Counts(TOKENS)
        self._all = Counts(1)

    def get(self, name: str) -> Cluster | None:
        """A cluster by the id it has or had before it became part of another."""
        for _ in range(64):
            if name not in self._alias:
                break
            name = self._alias[name]
        return self._clusters.get(name)

    def standing(self, least: float) -> list[Cluster]:
        """Clusters of at least so many members in all, the last seen first."""
        found = [one for one in self._clusters.values() if one.total >= least]
        return sorted(found, key=lambda one: (-one.last, one.id))

    def rarity(self, token: str, at: int, cluster: Cluster) -> float:
        """How rare a thing is among the registrations of the week outside of a cluster, 0 to 1."""
        outside = max(0.0, self.counts.of(token, at)[1] - cluster.tokens.get(token, 0.0))
        others = max(0.0, self._all.of("all", at)[1] - cluster.size)
        return max(0.0, min(1.0, (math.log((others + FEW) / (outside + 1.0)) - USUAL) / (UNUSUAL - USUAL)))

    def ties(self, tokens: Mapping[str, str], at: int) -> list[tuple[float, Cluster, dict[str, float]]]:
        """The clusters that a registration is tied to strongly enough, the strongest first, with what by."""
        found: dict[str, dict[str, float]] = {}
        for kind, value in tokens.items():
            token = f"{kind}:{value}"
            for name in self._places.get(token, ()):
                cluster = self.get(name)
                if cluster is not None and (share := cluster.share(token)) > 0.05:  # noqa: PLR2004  # a stray member's
                    rare = WEIGHTS[kind] * self.rarity(token, at, cluster)
                    found.setdefault(cluster.id, {})[kind] = rare * share**_HALF
        ties = [(sum(by.values()), self._clusters[name], by) for name, by in found.items()]
        return sorted((tie for tie in ties if tie[0] >= JOINS), key=lambda tie: (-tie[0], tie[1].id))

    def add(self, name: str, tokens: Mapping[str, str], at: int, suspect: float, seconds: float) -> Cluster:
        """Place a registration; ``name`` is the id of the cluster where it begins one."""
        ties = self.ties(tokens, at)
        named = [f"{kind}:{token}" for kind, token in tokens.items()]
        if ties:
            cluster = ties[0][1]
            for _, other, _ in ties[1:3]:
                cluster = self._merged(cluster, other, at)
        else:
            cluster = self._clusters[name] = Cluster(name, at)
        cluster.add(named, at, suspect, seconds)
        self._clusters.move_to_end(cluster.id)
        self._all.add("all", at)
        for token in named:
            self._note(token, cluster, at)
        self._forget()
        return cluster

    def tie(self, name: str, token: str, at: int) -> str:
        """A thing that is known later of a member: clusters that have it become one. The id of what comes of it, or nothing."""
        cluster = self.get(name)
        if cluster is None:
            return ""
        others = [self.get(other) for other in self._places.get(token, ())]
        strong = WEIGHTS[token.partition(":")[0]] >= JOINS
        for other in others if strong else ():
            if other is not None and other is not cluster and self.rarity(token, at, other) > _HALF:
                cluster = self._merged(cluster, other, at)
        cluster.tokens[token] = cluster.tokens.get(token, 0.0) + 1.0
        self._note(token, cluster, at)
        self._forget()
        return cluster.id

    def _note(self, token: str, cluster: Cluster, at: int) -> None:
        """A thing was seen in a cluster."""
        self.counts.add(token, at)
        places = self._places.setdefault(token, [])
        if cluster.id not in places:
            places.append(cluster.id)
            del places[:-PLACES]
        self._places.move_to_end(token)

    def _merged(self, one: Cluster, other: Cluster, at: int) -> Cluster:
        """Two that one registration ties together: the larger takes the other in."""
        if other.total > one.total:
            one, other = other, one
        one.fade(at)
        other.fade(at)
        one.first = min(one.first, other.first)
        one.total += other.total
        for name in ("size", "suspect", "seconds", "squares", "members", "bad", "good"):
            setattr(one, name, getattr(one, name) + getattr(other, name))
        for token, count in other.tokens.items():
            one.tokens[token] = one.tokens.get(token, 0.0) + count
        self._alias[other.id] = one.id
        del self._clusters[other.id]
        return one

    def _forget(self) -> None:
        while len(self._clusters) > CLUSTERS:
            self._clusters.popitem(last=False)
        while len(self._places) > TOKENS:
            self._places.popitem(last=False)
        while len(self._alias) > CLUSTERS:
            self._alias.popitem(last=False)
