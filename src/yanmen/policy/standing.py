"""The decisions that stand: bans, which refuse a call before anything is looked at, and waivers, which remove findings."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from yanmen.core.nouns import FOREVER, Decision, Finding, Ref, Unexamined, Verdict
from yanmen.policy.globs import is_exact, matches
from yanmen.policy.situation import Situation

UNEXAMINED = "unexamined"
"""Stands where a rule id does, for what could not be judged; its fingerprint is the reason."""
EXACT = frozenset({"yanmen.detector-failed", UNEXAMINED})
"""Rule ids that a pattern never covers: whoever wants to let them through must write them out."""
EVERYBODY = Ref(kind="all", id="*")
"""The subject of a decision that holds for all."""

Network = tuple[int, int, int]
"""Address width in bits, prefix length, and the network's bits shifted right so that only the prefix is left."""
V4, V6 = 32, 128
"""Address widths in bits."""
MAPPED = 0xFFFF
"""The upper 96 bits of an IPv4 address written as IPv6 (RFC 4291, 2.5.5.2)."""


class Said(NamedTuple):
    """What a decision says of a mode."""

    name: str
    level: int
    by: str


class Standing:
    """A pure index of standing decisions. What has expired, at the time asked for, never applies."""

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        """Index bans (CHALLENGE or BLOCK) and waivers; shadow decisions and those of one call are left out."""
        self._bans: dict[Ref, tuple[Decision, ...]] = {}
        self._networks: dict[Network, tuple[Decision, ...]] = {}
        self._prefixes: dict[int, tuple[int, ...]] = {}
        self._waivers: dict[tuple[str, str], list[Decision]] = {}
        self._wide: list[tuple[str, str, Decision]] = []
        self._modes: list[tuple[Decision, Said]] = []
        self.count = 0
        for decision in decisions:
            if decision.lasts <= 0 or decision.shadow:
                continue
            self.count += 1
            if decision.verdict >= Verdict.CHALLENGE:
                self._add_ban(decision)
            elif (said := mode_of(decision)) is not None:
                self._modes.append((decision, said))
            elif decision.verdict is Verdict.ALLOW:
                self._add_waiver(decision)
        lengths: dict[int, set[int]] = {}
        for width, length, _ in self._networks:
            lengths.setdefault(width, set()).add(length)
        self._prefixes = {width: tuple(sorted(found)) for width, found in lengths.items()}
        self._everybody = self._bans.get(EVERYBODY, ())

    def mode(self, at: int) -> Said | None:
        """The mode that holds at a time: of those that stand the one of the highest level, of these the latest."""
        standing = [(said.level, decision.at, said) for decision, said in self._modes if decision.until > at]
        return max(standing)[2] if standing else None

    def refusal(self, subjects: Sequence[Ref], at: int) -> Decision | None:
        """The strictest ban that covers one of the subjects at a time, or nothing."""
        found: Decision | None = None
        for subject in subjects:
            for decision in self._bans.get(subject, ()):
                found = _stricter(found, decision, at)
            if self._networks and subject.kind == "ip":
                for decision in self._covering(subject.id):
                    found = _stricter(found, decision, at)
        for decision in self._everybody:
            found = _stricter(found, decision, at)
        return found

    def waived(self, finding: Finding | Unexamined, situation: Situation) -> Decision | None:
        """The waiver that removes a finding in a situation, or nothing.

        A pattern never covers ``yanmen.detector-failed`` nor what could not be judged (rule ``unexamined``, fingerprint
        its reason): those a waiver must write out.
        """
        if not self._waivers and not self._wide:
            return None
        rule, fingerprint = identity(finding)
        concerned = (situation.subject, *situation.subjects, Ref(kind="tenant", id=situation.tenant))
        return self.covering(rule, fingerprint, concerned, situation.at)

    def covering(self, rule: str, fingerprint: str, concerned: Sequence[Ref], at: int) -> Decision | None:
        """The waiver that removes a claim, known by its rule id and fingerprint, for one of the subjects at a time."""
        for key in ((rule, fingerprint), (rule, "")):
            for decision in self._waivers.get(key, ()):
                if _holds(decision, concerned, at):
                    return decision
        if rule in EXACT:
            return None
        for pattern, wanted, decision in self._wide:
            if wanted in {"", fingerprint} and matches(pattern, rule) and _holds(decision, concerned, at):
                return decision
        return None

    def _add_ban(self, decision: Decision) -> None:
        subject = decision.subject
        network = network_of(subject.id) if subject.kind == "ip" else None
        if network is None:
            self._bans[subject] = _with(self._bans.get(subject, ()), decision)
        else:
            self._networks[network] = _with(self._networks.get(network, ()), decision)

    def _add_waiver(self, decision: Decision) -> None:
        for rule, fingerprint in waives(decision):
            if is_exact(rule):
                self._waivers.setdefault((rule, fingerprint), []).append(decision)
            else:
                self._wide.append((rule, fingerprint, decision))

    def _covering(self, address: str) -> Iterator[Decision]:
        parsed = parse_address(address)
        if parsed is None:
            return
        width, number = parsed
        for length in self._prefixes.get(width, ()):
            yield from self._networks.get((width, length, number >> (width - length)), ())


def identity(finding: Finding | Unexamined) -> tuple[str, str]:
    """The rule id and fingerprint by which a waiver names it; for the unexamined ``unexamined`` and its reason."""
    if isinstance(finding, Unexamined):
        return UNEXAMINED, finding.reason
    return finding.rule.id, finding.fingerprint


def mode_of(decision: Decision) -> Said | None:
    """What a decision says of a mode, or nothing."""
    terms = decision.terms.get("mode")
    if not isinstance(terms, dict) or decision.subject != EVERYBODY or decision.shadow:
        return None
    name, level = terms.get("name"), terms.get("level")
    if not isinstance(name, str) or type(level) is not int:
        return None
    return Said(name, level, str(terms.get("by", "")))


def waives(decision: Decision) -> tuple[tuple[str, str], ...]:
    """The (rule pattern, fingerprint or nothing) pairs a waiver removes.

    None when it is not a valid waiver: one has an owner, a reason and an end.
    """
    terms = decision.terms.get("waives")
    if not isinstance(terms, dict) or not terms.get("owner") or not terms.get("reason"):
        return ()
    if decision.verdict is not Verdict.ALLOW or decision.shadow or not 0 < decision.lasts < FOREVER:
        return ()
    also = terms.get("also")
    several = [terms, *(also if isinstance(also, list) else ())]
    return tuple(
        (str(item["rule"]), str(item.get("fingerprint", "")))
        for item in several
        if isinstance(item, dict) and item.get("rule")
    )


@lru_cache(maxsize=8192)
def parse_address(text: str) -> tuple[int, int] | None:
    """The width and number of an IP address, or nothing; an IPv4 address written as IPv6 is IPv4."""
    try:
        if ":" not in text:
            return V4, int.from_bytes(socket.inet_pton(socket.AF_INET, text), "big")
        number = int.from_bytes(socket.inet_pton(socket.AF_INET6, text.partition("%")[0]), "big")
    except (OSError, ValueError):
        return None
    return (V4, number & 0xFFFFFFFF) if number >> V4 == MAPPED else (V6, number)


def network_of(text: str) -> Network | None:
    """The network of ``203.0.113.0/24`` or of a single address, or nothing; bits of the host are ignored."""
    address, slash, length = text.partition("/")
    parsed = parse_address(address)
    if parsed is None:
        return None
    width, number = parsed
    prefix = width
    if slash:
        if not (length.isascii() and length.isdigit() and len(length) <= len(str(V6))):
            return None
        prefix = int(length) - (V6 - V4 if width == V4 and ":" in address else 0)
        if not 0 <= prefix <= width:
            return None
    return width, prefix, number >> (width - prefix)


def _holds(decision: Decision, concerned: Sequence[Ref], at: int) -> bool:
    """Whether a waiver stands at the time and is meant for one of the subjects."""
    return decision.until > at and (decision.subject == EVERYBODY or decision.subject in concerned)


def _with(bans: tuple[Decision, ...], new: Decision) -> tuple[Decision, ...]:
    """The bans of one subject with a new one; what another outdoes in strictness and length is left out."""
    if any(ban.verdict >= new.verdict and ban.until >= new.until for ban in bans):
        return bans
    return (*(ban for ban in bans if ban.verdict > new.verdict or ban.until > new.until), new)


def _stricter(found: Decision | None, other: Decision, at: int) -> Decision | None:
    """The stricter of two bans, at equal verdict the longer; what has ended does not count."""
    if other.until <= at:
        return found
    if found is None or (other.verdict, other.until) > (found.verdict, found.until):
        return other
    return found
