"""Every upstream together: which one serves a call, what a failure means, and when a call is tried elsewhere.

A call is tried at another upstream only while nothing of an answer has left for the client, and only where the first cannot
have done any work: no connection, or an answer 429, 502, 503 or 504 (401 too: the credential is ours). Retries are a share of all
calls. ``choice`` chooses, ``health`` ejects, ``limit`` says how many at once, ``waiting`` holds the rest.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterable
from functools import partial
from types import TracebackType
from typing import NamedTuple, Self, cast
from urllib.parse import quote

from yanmen.core.config import Gateway
from yanmen.core.config.crossing import upstreams
from yanmen.gateway.commands import Errand
from yanmen.gateway.upstreams.answer import Answer
from yanmen.gateway.upstreams.choice import Plan, Seat, choose
from yanmen.gateway.upstreams.errors import UpstreamError
from yanmen.gateway.upstreams.health import Budget, Fault
from yanmen.gateway.upstreams.member import Member, Told
from yanmen.gateway.upstreams.offers import MODELS, Said, listing, one
from yanmen.gateway.upstreams.plans import Plans
from yanmen.gateway.upstreams.renaming import renamed
from yanmen.gateway.upstreams.waiting import Replanned, Waiting, take

ELSEWHERE = frozenset({401, 429, 502, 503, 504, 529})
"""Answers after which a call is tried at another upstream. 529 is Anthropic's word for overloaded."""
AILING: dict[int, Fault] = {401: "call", 500: "answer", 502: "call", 503: "call", 504: "call", 529: "call"}
"""Answers that are the upstream's fault."""
SPARING = frozenset({429, 503, 529})
"""Answers that ask to be spared."""
REST = 1.0
"""Seconds that an upstream is spared after 429 where it names none."""
_STREAMS = (b"text/event-stream", b"application/x-ndjson")
_SECONDS = re.compile(rb"\d{1,6}(?:\.\d{1,6})?")
_NOBODY = Errand()


class _Trial(NamedTuple):
    """One call at one upstream."""

    seat: Seat
    errand: Errand
    began: float
    waited: bool


class Fleet:
    """The upstreams of one configuration, which may be replaced. Belongs to one event loop."""

    def __init__(self, settings: Gateway, told: Told | None = None) -> None:
        """YanmenError for what is wrong with the upstreams. ``told`` of what is ejected and what returns, in the loop."""
        self._settings = settings
        self._told: Told = told or (lambda _turn, _name, _why: None)
        self.members = {name: Member(name, told, settings) for name, told in upstreams(settings).items()}
        self._plans = Plans(settings, self.members)
        self.budget = Budget(settings.health.retry_share)
        self.retries = 0
        """Calls tried once more, so far."""
        self._shed: Counter[str] = Counter()
        self._closing: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop
        self.waiting: Waiting
        """Calls that wait for room."""

    async def __aenter__(self) -> Self:
        """Begin to probe; nothing else is connected before the first call."""
        self._loop = asyncio.get_running_loop()
        self.waiting = Waiting(self._settings.overload, self._loop)
        for member in self.members.values():
            member.watch(self._told)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection, in use or not."""
        self.waiting.close()
        await asyncio.gather(*(member.close() for member in self.members.values()), *self._closing)

    def apply(self, settings: Gateway) -> None:
        """Take up another configuration: calls in flight end where they are, those that wait are planned anew.

        What has not changed keeps its connections and all that is known of it. YanmenError, and nothing changed, for what
        is wrong.
        """
        old, members = self._settings, {}
        for name, told in upstreams(settings).items():
            kept = self.members.get(name)
            members[name] = kept if kept and kept.same(told, old, settings) else Member(name, told, settings)
        gone = [member for name, member in self.members.items() if members.get(name) is not member]
        self.members, self._settings, self._plans = members, settings, Plans(settings, members)
        if settings.health != old.health:
            self.budget = Budget(settings.health.retry_share)
        for member in members.values():
            member.watch(self._told)
        for member in gone:
            task = self._loop.create_task(self._retire(member))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
        waiting, self.waiting = self.waiting, Waiting(settings.overload, self._loop)
        self._shed += waiting.shed
        waiting.replan()

    def shed(self) -> Counter[str]:
        """Calls turned away so far, by why."""
        return self._shed + self.waiting.shed

    @staticmethod
    async def _retire(member: Member) -> None:
        """Close an upstream that is no more once its last call has ended."""
        if member.calls:
            member.left = asyncio.Event()
            await member.left.wait()
        await member.close()

    async def send(
        self,
        method: str,
        path: str,
        headers: Iterable[tuple[bytes, bytes]],
        body: bytes,
        errand: Errand = _NOBODY,
        /,
    ) -> Answer | Said:
        """Make a call and answer with the head of its reply; UpstreamError where there is none.

        It says of itself which upstream answered, and how many were asked.
        """
        plans, headers = self._plans, list(headers)
        if method == "GET" and not plans.single and path.startswith(MODELS):
            if path == MODELS:
                return await listing(plans, self.members, headers, errand)
            if errand.model in self._settings.models and plans.of(errand).rows:
                return one(errand.model)
        self.budget.call()
        plan, trial = await self._first(errand)
        tried: list[str] = []
        while True:
            tried.append(trial.seat.peer.name)
            answer, error = await self._try(trial, method, path, headers, body)
            unsent, declined = error and not error.sent, answer and answer.status in ELSEWHERE
            following = self._next(plan, tried) if unsent or declined else None
            if following is None:
                break
            if answer is not None:
                answer.close()
            self.retries += 1
            trial = self._begun(following, errand)
        if answer is None:
            assert error is not None  # noqa: S101  # one of the two
            error.upstream, error.tries = tried[-1], len(tried)
            raise error
        answer.upstream, answer.tries = tried[-1], len(tried)
        return answer

    async def _first(self, errand: Errand) -> tuple[Plan, _Trial]:
        """The first seat: at once where there is room, else in its turn."""
        plan = self._plans.of(errand)
        if not plan.rows:
            raise _unsent(UpstreamError("no-route", f"no upstream serves {errand.model[:200]!r}"))
        choice = choose(plan, self._loop.time())
        if choice.seat is not None:
            return plan, self._begun(choice.seat, errand)
        if choice.full:
            try:
                seat = await self.waiting.seat(plan, errand)
            except Replanned:
                return await self._first(errand)
            return plan, self._trial(seat, errand, waited=True)
        error = _unsent(UpstreamError("unreachable", "every upstream is ejected"))
        error.retry_after = max(1, round(choice.again - self._loop.time()))
        raise error

    def _next(self, plan: Plan, tried: list[str]) -> Seat | None:
        """Where to try again; nothing where nobody is left, or too many calls are tried again already."""
        if len(tried) >= self._settings.health.tries:
            return None
        seat = choose(plan, self._loop.time(), tried).seat
        return seat if seat is not None and self.budget.take() else None

    def _begun(self, seat: Seat, errand: Errand) -> _Trial:
        take(seat)
        return self._trial(seat, errand, waited=False)

    def _trial(self, seat: Seat, errand: Errand, *, waited: bool) -> _Trial:
        return _Trial(seat, errand, self._loop.time(), waited)

    async def _try(
        self, trial: _Trial, method: str, path: str, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> tuple[Answer | None, UpstreamError | None]:
        """One call at one upstream, and what it says of it."""
        seat = trial.seat
        try:
            if seat.model:
                path, body = _as_asked(trial, path, headers, body)
            answer = await cast("Member", seat.peer).pool.send(method, path, headers, body)
        except UpstreamError as error:
            if error.kind == "no-route":
                seat.peer.health.unsaid()
            else:
                self._failed(trial, error)
            self._over(trial)
            return None, error
        except BaseException:
            seat.peer.health.unsaid()
            self._over(trial)
            raise
        self._answered(trial, answer)
        if answer.complete or answer.error is not None:
            self._over(trial)
        else:
            answer.ended = partial(self._ended, trial)
        return answer, None

    # What a call says of its upstream.

    def _answered(self, trial: _Trial, answer: Answer) -> None:
        member, status, now = cast("Member", trial.seat.peer), answer.status, self._loop.time()
        if status in SPARING:
            seconds = retry_after(answer)
            if seconds or status == 429:  # noqa: PLR2004  # the status says what it is
                member.health.rest(now, seconds or REST)
            member.limit.refused(now)
        if fault := AILING.get(status):
            member.ended[f"status_{status}"] += 1
            self._turned(member.health.failed(now, fault, f"status {status}"), member)
            return
        member.ended["ok" if status < 400 else "refused"] += 1  # noqa: PLR2004  # the class of clients' faults
        if status != 429:  # noqa: PLR2004
            stream = answer.header(b"content-type").startswith(_STREAMS)
            member.limit.answered(now, now - trial.began, member.calls, stream=stream)
            self._turned(member.health.succeeded(now), member)

    def _failed(self, trial: _Trial, error: UpstreamError) -> None:
        member, now = cast("Member", trial.seat.peer), self._loop.time()
        member.ended[error.kind] += 1
        if error.kind == "timeout":
            member.limit.refused(now)
        fault: Fault = "answer" if error.kind == "too-large" else "call"
        self._turned(member.health.failed(now, fault, str(error)), member)

    def _turned(self, turn: str, member: Member) -> None:
        if turn:
            self._told(turn, member.name, member.health.why)

    def _ended(self, trial: _Trial, answer: Answer) -> None:
        """The answer is at its end, or broke off."""
        if answer.error is not None and not answer.abandoned:
            self._failed(trial, answer.error)
        self._over(trial)

    def _over(self, trial: _Trial) -> None:
        """Its place is free."""
        member, waiting = cast("Member", trial.seat.peer), self.waiting
        member.calls -= 1
        if not member.calls and member.left is not None:
            member.left.set()
        seconds, waits = self._loop.time() - trial.began, len(waiting)
        if waits or trial.waited:
            accounts, tenant = waiting.accounts, trial.errand.tenant
            accounts.ends(tenant, accounts.rank(tenant, trial.errand.priority), seconds, waited=trial.waited)
        if waits:
            waiting.look(frozenset((member.name,)))


def _as_asked(trial: _Trial, path: str, headers: list[tuple[bytes, bytes]], body: bytes) -> tuple[str, bytes]:
    """The call by the name that its upstream knows the model by; UpstreamError ``no-route`` where it cannot be said so."""
    asked = trial.seat.model
    if body:
        kind = next((value for name, value in headers if name == b"content-type"), b"")
        try:
            return path, renamed(body, trial.errand.model, asked, kind)
        except ValueError as error:  # msgspec's is one
            raise _unsent(UpstreamError("no-route", f"no other name for the model here: {error}")) from None
    return (f"{MODELS}/{quote(asked, safe='/:@')}" if path.startswith(f"{MODELS}/") else path), body


def retry_after(answer: Answer) -> float:
    """The seconds that an answer names; 0 where it names none, or a date."""
    told = answer.header(b"retry-after").strip()
    return float(told) if _SECONDS.fullmatch(told) else 0.0


def _unsent(error: UpstreamError) -> UpstreamError:
    error.sent = False
    return error
