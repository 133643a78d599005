"""The tab of one call: what it may take at most, what is reserved for it, and what it took in the end.

Every call ends with exactly one settlement. What the upstream says is what was used. Where it says nothing: an answer that came
whole counts as its bytes; one that broke off counts as all that was reserved, for nobody knows how far the model went on.
"""

from __future__ import annotations

from collections.abc import Generator
from http import HTTPStatus
from typing import Any

from yanmen.core.clock import Clock
from yanmen.gateway.commands import Command, Reserve, Settle
from yanmen.gateway.errors import Refusal
from yanmen.gateway.limits import telling
from yanmen.gateway.limits.bounds import Asked, Bound, Usage, bound, money, most
from yanmen.gateway.limits.plans import Planner, Terms
from yanmen.llm.wire.codec import Codec, Request
from yanmen.llm.wire.codec import Usage as Said
from yanmen.llm.wire.tokens import ASCII_CHARACTERS
from yanmen.store import Key
from yanmen.store.counters import Amounts, Denied, Granted

Steps = Generator[Command, Any, None]
_MOST = 1 << 40
"""Tokens: more than this in one answer is a mistake."""
_WIDEST = 4
"""Bytes of a character in UTF-8, at most."""


class Tab:
    """What one call takes. Its methods are parts of the door's generator."""

    __slots__ = (
        "_asked", "_bound", "_clock", "_leases", "_planner", "_terms", "at", "bytes_out", "denied", "estimate", "headers",
        "said", "sent", "silent", "whole",
    )  # fmt: skip

    def __init__(self, planner: Planner, clock: Clock) -> None:
        """Nothing is reserved."""
        self._planner = planner
        self._clock = clock
        self._terms: Terms | None = None
        self._asked = Asked(0)
        self._bound = Bound(0, 0, 0)
        self._leases: dict[str, Amounts] = {}
        self.at = 0
        """When it was let in: the window that pays."""
        self.headers: list[tuple[bytes, bytes]] = []
        """What its answer says of limits."""
        self.denied: dict[str, Any] | None = None
        """Which limit refused it."""
        self.sent = False
        """Whether a model has seen it."""
        self.silent = False
        """Whether its stream says its usage for our sake alone, so that the caller is not told."""
        self.said: Said | None = None
        """What the upstream said was used."""
        self.whole = False
        """Whether the answer has come to its end."""
        self.bytes_out = 0
        """What has come of the answer, at most."""
        self.estimate = (0, 0)
        """Tokens in and out, roughly, for calls of which no tokens are counted."""

    def open(self, key: Key, call: str) -> Steps:
        """A call without a body: it counts as a request. Refusal where it may not be made."""
        self._terms = self._planner.terms(key, "", "", self._now())
        yield from self._reserve(call, (1, 0, 0, 1))

    def reserve(self, key: Key, call: str, request: Request, size: int, *, writes: bool = True) -> Steps:
        """Reserve the most that a call can take; Refusal where that is too much. ``size``: bytes of its body.

        ``writes``: whether the model answers in words.
        """
        terms = self._terms = self._planner.terms(key, request.user, request.model, self._now())
        if terms.money and not terms.cost.priced:
            raise Refusal("model_not_priced", model=request.model[:100])
        if terms.context and request.tokens > terms.context:
            raise Refusal("context_length_exceeded", limit=terms.context, tokens=request.tokens)
        pictures = sum(len(image.url) for image in request.images if image.url.startswith("data:"))
        media = sum(one.subject.kind == "media" for one in request.unexamined)
        messages = request.tree.get("messages")
        self._asked = Asked(
            body=size - pictures,
            messages=len(messages) if type(messages) is list else 1,
            media=media,
            choices=request.choices,
            output=request.max_tokens,
            answers=writes,
        )
        self._bound = bound(self._asked, terms.cost)
        tokens = self._bound.input + self._bound.output
        yield from self._reserve(call, (1, tokens, most(self._bound, terms.cost), 1))

    def bounded(self, codec: Codec, request: Request, tree: dict[str, Any]) -> dict[str, Any]:
        """The request with the bound that its reservation goes by, where tokens or money are counted."""
        terms = self._terms
        if terms is None or not self._asked.answers:
            return tree
        if terms.tokens:
            asked = self._asked.output
            if asked is None or asked > self._bound.each:
                tree = codec.capped(tree, self._bound.each)
        if request.stream and terms.tokens:
            counted = codec.counted(tree)
            self.silent = counted is not tree
            tree = counted
        return tree

    def grown(self, call: str, before: int, after: int) -> Steps:
        """What goes to the model is longer than what came: reserve that too. In bytes."""
        terms, more = self._terms, after - before
        if terms is None or more <= 0 or not terms.tokens:
            return
        old = self._bound
        self._bound = old._replace(input=old.input + more)
        extra = most(self._bound, terms.cost) - most(old, terms.cost)
        yield from self._reserve(f"{call}+", (0, more, extra, 0))

    def settle(self) -> Steps:
        """The call has ended: what was used is charged, and the rest is free again. Harmless when done twice."""
        leases, self._leases = self._leases, {}
        used = self.usage()
        cost = 0 if used is None or self._terms is None else money(used, self._terms.cost)
        amounts = (int(self.sent), 0 if used is None else used.tokens, cost, 0)
        for lease in reversed(leases):  # what grew later is given up first
            yield Settle(lease, amounts if lease == next(iter(leases)) else (0, 0, 0, 0))

    def usage(self) -> Usage | None:
        """What was used; None where no model saw it."""
        if not self.sent:
            return None
        bound, said = self._bound, self.said
        if (
            said is not None
            and said.prompt is not None
            and (said.answer is not None or not self._asked.answers)
        ):
            return Usage(_tokens(said.prompt), _tokens(said.answer), _tokens(said.cached))
        if self._terms is None or not self._terms.tokens:
            return Usage(*self.estimate, 0, estimated=True)
        if not self.whole:
            return Usage(bound.input, bound.output, 0, estimated=True)
        prompt = bound.input if said is None or said.prompt is None else _tokens(said.prompt)
        answer = (
            min(self.bytes_out, bound.output) if said is None or said.answer is None else _tokens(said.answer)
        )
        return Usage(prompt, answer, 0, estimated=True)

    def used(self) -> dict[str, Any] | None:
        """The same for the record, with what it cost."""
        used = self.usage()
        if used is None or self._terms is None:
            return None
        cost = money(used, self._terms.cost)
        found = {"at": self.at, "in": used.input, "out": used.output, "cached": used.cached, "cost": cost}
        return {**found, "estimated": True} if used.estimated else found

    def answered(self, said: Said | None, size: int, status: int) -> None:
        """The whole answer is there: its usage, its bytes. Whoever refuses and says nothing of usage has used nothing."""
        self.whole = True
        self.bytes_out = size
        self.said = Said(0, 0, 0) if said is None and status >= HTTPStatus.BAD_REQUEST else said

    def streamed(self, said: Said, characters: int) -> None:
        """What has come of a stream, and what it said of its usage."""
        self.said, self.bytes_out = said, characters * _WIDEST

    def spent(self, characters: int) -> bool:
        """Whether a stream must be cut off: so much has come that no model could have said it with what was reserved."""
        terms = self._terms
        if terms is None or not (terms.cut_off and terms.tokens):
            return False
        return characters // ASCII_CHARACTERS > self._bound.output > 0

    def _reserve(self, lease: str, amounts: Amounts) -> Steps:
        terms = self._terms
        if terms is None or not terms.plan.meters:
            return
        said: Granted | Denied | None = yield Reserve(lease, terms.plan, amounts)
        if said is None:
            raise Refusal("usage_not_counted")
        if isinstance(said, Denied):
            self._deny(said, amounts)
        else:
            self._leases[lease] = amounts
            self.headers = self.headers or telling.headers(said.left)

    def _deny(self, denied: Denied, amounts: Amounts) -> None:
        meter = denied.meter
        self.denied = {
            "meter": meter.name,
            "limit": meter.limit,
            "remaining": denied.remaining,
            "requested": amounts[meter.measure],
            "retry_ms": denied.retry // 1_000 if denied.retry > 0 else denied.retry,
        }
        values = telling.named(denied, amounts[meter.measure])
        raise Refusal(telling.code(denied), told=telling.refused(denied), **values)

    def _now(self) -> int:
        self.at = self._clock()
        return self.at


def _tokens(number: int | None) -> int:
    return 0 if number is None else max(0, min(_MOST, number))
