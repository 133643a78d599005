"""Judges registrations one after the other, knowing those before. Holds no store: what it knows comes of what it was given."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Mapping
from typing import NamedTuple

from yanmen.soc.abuse.clusters import Cluster, Clusters
from yanmen.soc.abuse.registration import Seen
from yanmen.soc.abuse.scoring import Label, Scored, Weights

RECENT, NEAR = 24, 100_000
"""Of how many things the last ones that stood beside them are kept, and how many of these."""
_BESIDE = {"ja4": "prefix", "shape": "prefix", "domain": "prefix", "prefix": "ja4"}
KNOWN = 100_000
"""Registrations that feedback can still name."""
LEAST = 4.0
"""Members from which on a cluster says something."""


class Judged(NamedTuple):
    """What came of one registration."""

    scored: Scored
    said: dict[str, float]
    """What was known of it, by name, 0 to 1."""
    cluster: str
    size: int
    """Members of the cluster, this one among them."""


class Past(NamedTuple):
    """What feedback needs of a registration."""

    said: Mapping[str, float]
    cluster: str
    tokens: Mapping[str, str]


class Judge:
    """Knows counts, clusters, weights; bounded."""

    def __init__(self) -> None:
        """Nothing was seen."""
        self.clusters = Clusters()
        self.weights = Weights()
        self._near: OrderedDict[str, deque[str]] = OrderedDict()
        self._past: OrderedDict[str, Past] = OrderedDict()

    def known(self, name: str) -> Past | None:
        """A registration that was judged."""
        return self._past.get(name)

    def judge(self, name: str, one: Seen, at: int, fresh: str) -> Judged:
        """Judge a registration and learn of it; ``fresh`` is the id of the cluster where it begins one."""
        alone = self.weights.score(one.own).score
        cluster = self.clusters.add(fresh, one.tokens, at, alone, one.seconds)
        self._stand_near(one.tokens)
        said = {**one.own, **self._repeated(one.tokens, at), **_together(cluster)}
        said = {key: round(value, 3) for key, value in said.items() if value > 0.01}  # noqa: PLR2004  # noise
        self.remember(name, Past(said, cluster.id, one.tokens))
        return Judged(self.weights.score(said), said, cluster.id, cluster.total)

    def remember(self, name: str, past: Past) -> None:
        """Keep what feedback needs."""
        self._past[name] = past
        self._past.move_to_end(name)
        if len(self._past) > KNOWN:
            self._past.popitem(last=False)

    def label(self, name: str, label: Label) -> bool:
        """Take feedback: the weights move, and the cluster is known by it. False where the registration is not known."""
        past = self._past.get(name)
        if past is None:
            return False
        self.weights.learn(past.said, label)
        cluster = self.clusters.get(past.cluster)
        if cluster is not None:
            if label == "fraud":
                cluster.bad += 1.0
            else:
                cluster.good += 1.0
        return True

    def _repeated(self, tokens: Mapping[str, str], at: int) -> dict[str, float]:
        """What was seen before, and lately more than usual."""
        counts = self.clusters.counts
        named = {kind: f"{kind}:{token}" for kind, token in tokens.items()}
        said = {
            f"{kind}_again": min(1.0, math.log2(max(1.0, counts.of(named[kind], at)[1])) / most)
            for kind, most in (("mailbox", 1.5), ("device", 3.0))
            if kind in named
        }
        for kind in ("ja4", "shape", "domain"):
            if kind in named:
                said[f"{kind}_burst"] = counts.burst(named[kind], at) * self._apart(named[kind])
        if "prefix" in named:
            said["prefix_burst"] = counts.burst(named["prefix"], at) * (1.0 - self._apart(named["prefix"]))
        return said

    def _stand_near(self, tokens: Mapping[str, str]) -> None:
        """Note beside each thing whence it comes, and beside each place what is seen there."""
        for kind, beside in _BESIDE.items():
            if kind in tokens and beside in tokens:
                near = self._near.setdefault(f"{kind}:{tokens[kind]}", deque(maxlen=RECENT))
                near.append(tokens[beside])
                self._near.move_to_end(f"{kind}:{tokens[kind]}")
        while len(self._near) > NEAR:
            self._near.popitem(last=False)

    def _apart(self, token: str) -> float:
        """How many different ones stand beside a thing, 0 (all alike) to 1."""
        near = self._near.get(token, ())
        return (len(set(near)) - 1) / (len(near) - 1) if len(near) > 2 else 0.0  # noqa: PLR2004  # two are a household


def _together(cluster: Cluster) -> dict[str, float]:
    """What its cluster says of a registration."""
    if cluster.size < LEAST:
        return {"cluster_bad": _labelled(cluster)}
    grown = min(1.0, math.log2(cluster.sudden / LEAST + 1.0) / 4.0)
    return {
        "cluster": grown * cluster.scattered,
        "cluster_alike": grown * min(1.0, 4.0 * cluster.suspect / cluster.size),
        "cluster_regular": grown * cluster.regular,
        "cluster_bad": _labelled(cluster),
    }


def _labelled(cluster: Cluster) -> float:
    """How surely its labels say fraud: two labels are half believed."""
    return max(0.0, cluster.bad - 2.0 * cluster.good) / (cluster.bad + cluster.good + 2.0)
