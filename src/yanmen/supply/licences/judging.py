"""Licences against the project's own and a policy: what may come in, what needs a person, what each demands."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Literal, NamedTuple

from yanmen.core.config import Licences
from yanmen.supply.licences.expressions import alternatives, families, stated, table

Word = Literal["allow", "review", "deny", "conflict"]
_ORDER: tuple[Word, ...] = ("allow", "review", "deny", "conflict")
_COPYLEFT = frozenset({"strong-copyleft", "network-copyleft"})


class Judged(NamedTuple):
    """What is to be said of one component's licence."""

    expression: str
    """Empty: it says none that is understood."""
    word: Word
    kept: frozenset[str]
    """The licences that are kept, of an expression with a choice."""
    why: str
    """A stable word and what it is about: ``denied GPL-3.0-only``; empty where it is allowed."""
    obligations: tuple[str, ...]


class Judge:
    """Judges licences for one project. Of an expression with a choice the best way counts; of its parts the worst."""

    def __init__(self, policy: Licences, project: str = "", *, part: bool = True) -> None:
        """Make one.

        ``project``: what its manifest says; the policy's own word counts before it. ``part``: the component becomes part of the
        work; what is only used to make it, or stands beside it, cannot conflict with its licence.
        """
        self._policy = policy
        self._own = alternatives(stated([policy.project or project]))
        self._part = part
        self._lists = {
            word: frozenset(name.lower() for name in names)
            for word, names in (("allow", policy.allow), ("review", policy.review), ("deny", policy.deny))
        }

    def of(self, statements: Iterable[str]) -> Judged:
        """What is to be said of all that a component says of its licence."""
        expression = stated(statements)
        ways = [self._way(way) for way in alternatives(expression)]
        if not ways:
            return Judged("", "allow", frozenset(), "", ())
        word, why, kept = min(ways, key=lambda way: _ORDER.index(way[0]))
        demands = dict.fromkeys(one for name in sorted(kept) for one in _obligations(name))
        return Judged(expression, word, kept, why, tuple(demands))

    def _way(self, kept: frozenset[str]) -> tuple[Word, str, frozenset[str]]:
        said = [self._one(name) for name in sorted(kept)]
        word, why = max(said, key=lambda one: _ORDER.index(one[0]))
        return word, why, kept

    def _one(self, name: str) -> tuple[Word, str]:
        plain = _plain(name)
        known = families().get(plain)
        names = {plain, *({known.name} if known else ())}
        if names & self._lists["deny"]:
            return "deny", f"denied {name}"
        if why := self._clash(name):
            return "conflict", why
        if names & self._lists["review"]:
            return "review", f"review {name}"
        if names & self._lists["allow"]:
            return "allow", ""
        if self._lists["allow"]:
            return "deny", f"not-allowed {name}"
        if not known:
            return "review", f"unknown-terms {name}"
        if known.name in _COPYLEFT and self._part and not self._own and self._policy.use != "internal":
            return "review", f"own-licence-unknown {name}"
        return "allow", ""

    def _clash(self, name: str) -> str:
        """Why it cannot stand in this project; nothing where it can."""
        known = families().get(_plain(name))
        family = known.name if known else ""
        if family == "non-commercial" and self._policy.commercial:
            return f"non-commercial {name}"
        if not self._part or self._policy.use == "internal" or not family:
            return ""
        if family == "no-derivatives" and self._policy.use == "distribute":
            return f"no-derivatives {name}"
        if family == "proprietary" and self._policy.use == "distribute":
            return f"proprietary {name}"
        return self._against_own(name, family) if self._own else ""

    def _against_own(self, name: str, family: str) -> str:
        """Against each way that the project's own licence may be kept: one that fits is enough."""
        for way in self._own:
            if not any(_excluded(name, family, own) for own in way) and self._copyleft_fits(
                name, family, way
            ):
                return ""
        own = " / ".join(" AND ".join(sorted(way)) for way in self._own)
        return f"incompatible {name} ≠ {own}"

    def _copyleft_fits(self, name: str, family: str, own: frozenset[str]) -> bool:
        if family not in _COPYLEFT or " WITH " in name:
            return True
        if family == "strong-copyleft" and self._policy.use == "serve":
            return True
        allowed = {one.lower() for one in table("may_become").get(name, (name,))}
        return all(_plain(one) in allowed for one in own)


def _obligations(name: str) -> tuple[str, ...]:
    known = families().get(_plain(name))
    return known.obligations if known else ("read-the-terms",)


def _plain(name: str) -> str:
    """A licence without its exception, in lower case."""
    return name.partition(" WITH ")[0].lower()


@cache
def _pairs() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    return tuple(
        (frozenset(one.lower() for one in pair["of"]), frozenset(one.lower() for one in pair["with"]))
        for pair in table("conflicts")
    )


def _excluded(name: str, family: str, own: str) -> bool:
    """Whether a licence cannot stand in a work under another. With an exception it is not known to be so."""
    return " WITH " not in name and any(
        of & {_plain(name), family} and _plain(own) in others for of, others in _pairs()
    )
