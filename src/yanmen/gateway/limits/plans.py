"""Which limits concern a call. Plans are made once for callers that are alike, and kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from yanmen.core.config.limits import Allowance, Limits
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Decision, Phrase, Ref
from yanmen.gateway.limits.bounds import Cost, cost_of, longest
from yanmen.gateway.limits.join import NONE, of_terms, over, stricter
from yanmen.gateway.limits.windows import window, zone
from yanmen.policy.standing import EVERYBODY
from yanmen.store import Key
from yanmen.store.counters import MONEY, REQUESTS, TOKENS, Meter, Plan, budget, concurrent, rate
from yanmen.store.counters.meters import DAY, HOUR, LARGEST, MINUTE

PLANS = 10_000
"""Plans kept at once."""
CHAIN = 1_000
"""Rotations of a key that are followed back."""
_BUDGET = re.compile(r"([0-9][0-9_]*(?:\.[0-9]+)?) ?([a-z]+)/([a-z]+)")
_RATES = (
    ("requests_per_minute", "requests/minute", REQUESTS, MINUTE),
    ("requests_per_hour", "requests/hour", REQUESTS, HOUR),
    ("requests_per_day", "requests/day", REQUESTS, DAY),
    ("tokens_per_minute", "tokens/minute", TOKENS, MINUTE),
    ("tokens_per_hour", "tokens/hour", TOKENS, HOUR),
    ("tokens_per_day", "tokens/day", TOKENS, DAY),
)
_WORDS = {"requests": REQUESTS, "tokens": TOKENS}
_LONGEST = 64
"""Characters of a name that stand in a meter's; a longer one, or an odd one, by its hash."""


Of = tuple[tuple[str, tuple[str, ...]], ...]
"""Whose usage: columns and their values."""


class Terms(NamedTuple):
    """All that concerns the calls of one key, user and model."""

    plan: Plan
    cost: Cost
    context: int
    """The largest prompt, in tokens as estimated; 0: any."""
    tokens: bool
    """Whether tokens or money are counted, so that what an answer may take must be bounded."""
    money: bool
    cut_off: bool = False


class Whose(NamedTuple):
    """A caller that has an allowance."""

    kind: str
    name: str
    ref: Ref
    of: Of
    allowance: Allowance


class Planner:
    """Makes plans from the configuration, the keys and the standing decisions of one moment."""

    def __init__(
        self, limits: Limits, keys: Mapping[str, Key] | None = None, decisions: Sequence[Decision] = ()
    ) -> None:
        """``keys`` by id; of the decisions those count whose ``terms`` have limits. YanmenError for a wrong configuration."""
        self._limits = limits
        self._zone = zone(limits.timezone)
        self._keys = keys or {}
        self._decisions = [one for one in decisions if "limits" in one.terms and one.lasts and not one.shadow]
        self._plans: dict[tuple[str, str, str], Terms] = {}
        self._users = (
            limits.user != NONE
            or bool(limits.users)
            or any(
                "user" in one.terms["limits"]
                for one in self._decisions
                if isinstance(one.terms["limits"], Mapping)
            )
        )
        tables = (limits.users, limits.teams, limits.tenants, limits.models)
        singles = (limits.key, limits.user, limits.team, limits.tenant, limits.model)
        for allowance in (*singles, *(each for table in tables for each in table.values())):
            for text in allowance.budgets:
                parsed(text, limits.currency)

    def renewed(self, keys: Mapping[str, Key], decisions: Sequence[Decision]) -> Planner:
        """The same configuration at another moment."""
        return Planner(self._limits, keys, decisions)

    def terms(self, key: Key, user: str, model: str, now: int) -> Terms:
        """What concerns a call."""
        asked = (key.id, user if self._users else "", model)
        found = self._plans.get(asked)
        if found is None or 0 < found.plan.until <= now:
            if len(self._plans) >= PLANS:
                del self._plans[next(iter(self._plans))]
            found = self._plans[asked] = self._made(key, asked[1], model, now)
        return found

    def _made(self, key: Key, user: str, model: str, now: int) -> Terms:
        meters: list[Meter] = []
        until: list[int] = [one.until for one in self._decisions if one.until > now]
        context = 0
        for whose in self._all(key, user, model):
            allowance = whose.allowance
            for decision in self._decisions:
                if decision.until > now and decision.subject in {whose.ref, EVERYBODY}:
                    allowance = stricter(allowance, of_terms(decision.terms, whose.kind))
            context = min(filter(None, (context, allowance.context_tokens)), default=0)
            meters += self._meters(whose._replace(allowance=allowance), now)
        until += [meter.ends for meter in meters if meter.ends]
        counted = {meter.measure for meter in meters}
        return Terms(
            Plan(meters, min(until, default=0)),
            cost_of(model, self._limits),
            context,
            bool(counted & {TOKENS, MONEY}),
            MONEY in counted,
            self._limits.cut_off,
        )

    def _all(self, key: Key, user: str, model: str) -> list[Whose]:
        limits = self._limits
        chain = self._chain(key)
        tenant = ("tenant", (key.tenant,))
        found = [
            Whose("key", chain[-1], Ref(kind="key", id=key.id), (("key", chain),), over(limits.key, key.limits)),
            Whose(
                "tenant",
                key.tenant,
                Ref(kind="tenant", id=key.tenant),
                (tenant,),
                _own(limits.tenant, limits.tenants, key.tenant),
            ),
        ]  # fmt: skip
        if key.team:
            allowance = _own(limits.team, limits.teams, key.team)
            of: Of = (tenant, ("team", (key.team,)))
            found.append(
                Whose("team", f"{key.tenant}/{key.team}", Ref(kind="team", id=key.team), of, allowance)
            )
        if user:
            allowance = _own(limits.user, limits.users, user)
            of = (tenant, ("user", (user[:200],)))
            found.append(Whose("user", f"{key.tenant}/{user}", Ref(kind="user", id=user), of, allowance))
        if model:
            allowance = over(limits.model, longest(limits.models, model) or NONE)
            of = (("model", (model[:200],)),)
            found.append(Whose("model", model, Ref(kind="model", id=model), of, allowance))
        return found

    def _chain(self, key: Key) -> tuple[str, ...]:
        """A key and those it was rotated from, the first one last: they share what they may use."""
        found = [key.id]
        while key.replaces and len(found) < CHAIN and key.replaces not in found:
            found.append(key.replaces)
            before = self._keys.get(key.replaces)
            if before is None:
                break
            key = before
        return tuple(found)

    def _meters(self, whose: Whose, now: int) -> list[Meter]:
        allowance, name = whose.allowance, f"{whose.kind}:{_plain(whose.name)}"
        found = [
            rate(f"{name}/{word}", measure, limit, period)
            for field, word, measure, period in _RATES
            if (limit := getattr(allowance, field))
        ]
        if allowance.concurrent:
            found.append(concurrent(f"{name}/concurrent", allowance.concurrent))
        smallest: dict[tuple[int, str], int] = {}
        for text in allowance.budgets:
            amount, measure, period = parsed(text, self._limits.currency)
            smallest[measure, period] = min(amount, smallest.get((measure, period), LARGEST))
        for (measure, period), amount in smallest.items():
            lies = window(period, self._zone, now)
            word = ("requests", "tokens", "money")[measure]
            found.append(
                budget(
                    f"{name}/{word}/{period}/{lies.name}",
                    measure,
                    amount,
                    starts=lies.starts,
                    ends=lies.ends,
                    of=whose.of,
                )
            )
        return found


def _own(default: Allowance, table: Mapping[str, Allowance], name: str) -> Allowance:
    return over(default, table.get(name, NONE))


def parsed(text: str, currency: str) -> tuple[int, int, str]:
    """A budget's amount, what it counts and its period; YanmenError for another currency than that of the prices."""
    found = _BUDGET.fullmatch(text)
    if found is None:
        raise ValueError(text)
    amount, word, period = found.groups()
    number = Decimal(amount.replace("_", ""))
    if word == currency:
        return min(LARGEST, int(number * 10**9)), MONEY, period
    if word not in _WORDS:
        raise YanmenError(
            Phrase(
                en=f"the budget {text} is in {word}, the prices are in {currency}",
                zh=f"预算 {text} 的币种是 {word}，而价格的币种是 {currency}",
            ),
            hint=Phrase(en="Write both in one currency.", zh="请统一币种。"),
            where="limits.currency",
        )
    return min(LARGEST, int(number)), _WORDS[word], period


def _plain(name: str) -> str:
    """A name as part of a meter's."""
    if len(name) <= _LONGEST and name.isprintable():
        return name
    return "#" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24]
