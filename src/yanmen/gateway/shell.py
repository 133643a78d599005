"""Door 1, the shell: an ASGI application that performs what the door commands. All I/O of a call is here.

Fails closed: whatever goes wrong in the door is answered with a refusal and recorded as ``call.failed``.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from time import perf_counter
from typing import Any, cast

from yanmen.core.clock import Clock, now
from yanmen.core.config import Bounds
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref
from yanmen.gateway import context, restoring
from yanmen.gateway.clients import Clients
from yanmen.gateway.commands import (
    Answer,
    Call,
    CloseUpstream,
    Crowded,
    Cut,
    Examine,
    Forward,
    Gone,
    Head,
    Keep,
    Look,
    Mask,
    Own,
    Owned,
    Read,
    ReadAll,
    ReadBody,
    Record,
    Reserve,
    Send,
    Settle,
    StoreFailed,
    TooLarge,
)
from yanmen.gateway.door import Door, answer
from yanmen.gateway.downstream.exchange import Receive, Scope
from yanmen.gateway.downstream.exchange import Send as Sender
from yanmen.gateway.errors import Refusal
from yanmen.gateway.examining import answers, looked
from yanmen.gateway.live import Live, Recorder, Reply, Upstream
from yanmen.gateway.pictures import NOTHING, Pictures, Shown
from yanmen.gateway.places import Places
from yanmen.gateway.surfaces import speaks
from yanmen.gateway.together import Together
from yanmen.gateway.upstreams.errors import UpstreamError
from yanmen.guard import Examination
from yanmen.store.counters import Counters, CountersError, Denied, Granted

STORE_SECONDS = 10.0
"""How long a write that is waited for may take before the call is refused."""
LONG_TEXT = 100_000
"""Characters of one call past which they are examined beside the event loop, so that other calls go on."""
_LATER = object()
_log = logging.getLogger("yanmen.gateway")


class Shell:
    """Performs the door's commands."""

    def __init__(
        self,
        door: Door,
        store: Recorder,
        pool: Upstream,
        bounds: Bounds,
        observe: Callable[[Event, float], None],
        clock: Clock = now,
        *,
        tracing: bool = False,
        clients: Clients | None = None,
        pictures: Pictures | None = None,
        counters: Counters | None = None,
    ) -> None:
        """Everything is owned by the caller, who closes it. ``observe`` is told each call's event and our own seconds."""
        self._tracing = tracing
        self.clients = clients or Clients()
        """Who asks."""
        self._pictures = pictures
        self._counters = counters
        self.door = door
        self._observe = observe
        self.upstream = ""
        """What became of the last call upstream: ``ok``, a word of UpstreamError, or nothing yet."""
        self.store_failed = False
        """Whether the last write that was waited for failed."""
        self._store = store
        self._pool = pool
        self._bounds = bounds
        self._clock = clock
        self._together = Together(store)
        self.live: set[Live] = set()
        self.places = Places(bounds.concurrent_calls, door.settings.overload.tenant_share)
        """Who holds the gateway's places for calls."""
        self.performers: dict[type, tuple[Callable[..., Coroutine[Any, Any, Any]], bool]] = {
            ReadBody: (self._read_body, True),
            Look: (self._look, True),
            Forward: (self._forward, True),
            Read: (self._read, True),
            ReadAll: (self._read_all, True),
            Answer: (self._answer, True),
            Send: (self._send, True),
            Examine: (self._examine, False),
            Keep: (self._keep, False),
            Mask: (self._mask, False),
            Own: (self._mask, False),
            Owned: (self._mask, False),
            Record: (self._record, False),
            Reserve: (self._reserve, False),
        }
        """What performs each command, and whether it waits for others."""
        self._here: dict[type, Callable[[Any, Live], Any]] = {
            Examine: self._examine_here,
            Record: self._record_here,
            CloseUpstream: self._close,
            Reserve: self._reserve_here,
            Settle: self._settle,
            Crowded: self._crowded,
        }
        """What performs a command here and now, or answers _LATER where that would take too long."""

    async def serve(self, scope: Scope, receive: Receive, send: Sender) -> None:
        """Serve one request from its head to its end."""
        call = Call(
            id=new_id("call"),
            at=self._clock(),
            method=scope["method"],
            path=scope["path"],
            headers=scope["headers"],
            **self.clients.of(scope)._asdict(),
            crowded=len(self.live) >= self._bounds.concurrent_calls,
            unrecorded=not self._store.available,
            trace=context.of(scope["headers"]) if self._tracing else None,
        )
        closed = scope.get("extensions", {}).get("yanmen.closed")
        live = Live(None if closed is None else closed.get_loop())
        self.live.add(live)
        if closed is not None:
            closed.add_done_callback(live.leave)
        try:
            await self._run(call, live, receive, send)
        except Exception as error:  # noqa: BLE001  # the one place where the door fails closed
            await self._crash(call, live, error, send)
        finally:
            self.live.discard(live)
            for lease, amounts in [*live.leases.items()]:  # nobody has said what was used
                self._settle(Settle(lease, amounts), live)
            if live.tenant is not None:
                self.places.leave(live.tenant)
            if live.reply is not None:
                live.reply.close()

    async def _run(self, call: Call, live: Live, receive: Receive, send: Sender) -> None:
        """Send replies into the door and perform what it asks for, until it has no more to ask."""
        steps = self.door.receive(call)
        reply: Any = None
        failure: Exception | None = None
        live.begun = perf_counter()
        try:
            while True:
                command = steps.send(reply) if failure is None else steps.throw(failure)
                reply, failure = None, None
                kind = type(command)
                if kind in self._here and (reply := self._here[kind](command, live)) is not _LATER:
                    continue
                live.spent += perf_counter() - live.begun
                perform, waits = self.performers[kind]
                try:
                    if waits:
                        live.begin()
                    reply = await perform(command, live, receive, send)
                except (Gone, Cut, TooLarge, StoreFailed, UpstreamError) as outcome:
                    failure = outcome
                except ConnectionError:
                    live.gone = True
                    failure = Gone()
                except asyncio.CancelledError:
                    if (failure := live.interrupted()) is None:
                        raise
                finally:
                    live.waiting = False
                    live.begun = perf_counter()
        except StopIteration:
            return
        finally:
            steps.close()

    # What waits for others, and what a client that leaves, or a ban, interrupts.

    async def _read_body(self, _: ReadBody, live: Live, receive: Receive, send: Sender) -> bytes:
        del live, send
        return await self._body(receive)

    async def _look(self, command: Look, live: Live, receive: Receive, send: Sender) -> Shown:
        del live, receive, send
        return NOTHING if self._pictures is None else await self._pictures.read(command.images)

    async def _forward(self, command: Forward, live: Live, receive: Receive, send: Sender) -> Head:
        del receive, send
        method, path, headers, body, live.subjects, errand = command
        try:
            reply = live.reply = await self._pool.send(method, path, headers, body, errand)
        except UpstreamError as error:
            self.upstream = error.kind
            raise
        self.upstream = "ok"
        encoding = reply.header(b"content-encoding")
        return Head(reply.status, reply.headers, encoding, reply.upstream, reply.tries)

    async def _read(self, command: Read, live: Live, receive: Receive, send: Sender) -> bytes:
        del receive, send
        reply = cast("Reply", live.reply)
        try:
            if not command.within or reply.complete:
                return await reply.__anext__()
            async with asyncio.timeout(command.within):
                return await reply.__anext__()
        except StopAsyncIteration:
            return b""
        except TimeoutError:
            raise UpstreamError("timeout", f"nothing came within {command.within:g} s") from None

    async def _read_all(self, command: ReadAll, live: Live, receive: Receive, send: Sender) -> bytes:
        del receive, send
        return await cast("Reply", live.reply).read(command.limit)

    async def _answer(self, command: Answer, live: Live, receive: Receive, send: Sender) -> None:
        del receive
        status, headers, body, more = command
        live.started = True
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": more})

    async def _send(self, command: Send, live: Live, receive: Receive, send: Sender) -> None:
        del live, receive
        await send({"type": "http.response.body", "body": command.body, "more_body": command.more})

    async def _body(self, receive: Receive) -> bytes:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        body: bytes = message.get("body", b"")
        if message.get("more_body"):
            pieces, size = [body], len(body)
            while message.get("more_body"):
                message = await receive()
                if message["type"] != "http.request":
                    raise Gone
                pieces.append(message.get("body", b""))
                size += len(pieces[-1])
                if size > self._bounds.body_bytes:
                    raise TooLarge
            body = b"".join(pieces)
        if len(body) > self._bounds.body_bytes:
            raise TooLarge
        return body

    # What is done here and now, or must not be interrupted.

    def _examine_here(self, command: Examine, live: Live) -> Any:
        if sum([len(text.text) for text in command.texts]) > LONG_TEXT:
            return _LATER
        guard = self.door.guard
        seen = looked(guard, command)
        if seen.unsure:
            live.glanced = guard, seen
            return _LATER
        return seen

    def _record_here(self, command: Record, live: Live) -> Any:
        live.recorded = True
        self._observe(command.event, live.spent + perf_counter() - live.begun)
        if command.durable:
            return _LATER
        self._store.append_soon(command.event)
        return None

    def _crowded(self, command: Crowded, live: Live) -> bool:
        if not self.places.take(command.tenant):
            return True
        live.tenant = command.tenant
        return False

    def _close(self, command: CloseUpstream, live: Live) -> None:
        del command
        if live.reply is not None:
            live.reply.close()

    async def _examine(self, command: Examine, live: Live, receive: Receive, send: Sender) -> Examination:
        """What takes longer: texts of great length beside the event loop, what is unsure in the encoder's processes."""
        del receive, send
        glanced, live.glanced = live.glanced, None
        if glanced is None:
            guard, begun = self.door.guard, perf_counter()
            seen = await asyncio.to_thread(looked, guard, command)
            live.spent += perf_counter() - begun
        else:
            guard, seen = glanced
        return guard.settled(seen, await answers(guard, seen)) if seen.unsure else seen

    def _reserve_here(self, command: Reserve, live: Live) -> Any:
        if self._counters is None:
            return None
        said = self._counters.reserve_here(*command, self._clock())
        if said is None:
            return _LATER
        if isinstance(said, Granted):
            live.leases[command.lease] = command.amounts
        return said

    async def _reserve(
        self, command: Reserve, live: Live, receive: Receive, send: Sender
    ) -> Granted | Denied | None:
        """What takes asking the disk, or another machine."""
        del receive, send
        try:
            said = await cast("Counters", self._counters).reserve(*command, self._clock())
        except CountersError as error:
            self.failed("counters.failed", error)
            return None
        if isinstance(said, Granted):
            live.leases[command.lease] = command.amounts
        return said

    def _settle(self, command: Settle, live: Live) -> None:
        if live.leases.pop(command.lease, None) is not None and self._counters is not None:
            self._counters.settle(command.lease, command.used, self._clock())

    async def _keep(self, command: Keep, live: Live, receive: Receive, send: Sender) -> str:
        del live, receive, send
        event, tenant, name, content, days = command
        try:
            return await asyncio.to_thread(self._store.content.put, event, tenant, name, content, days)
        except Exception as error:  # noqa: BLE001  # the store's failures are its own; the call's outcome stands
            self.failed("content.lost", error)
            return ""

    async def _mask(self, command: Mask | Own | Owned, live: Live, receive: Receive, send: Sender) -> Any:
        """What cannot be kept is not sent masked: its value could not be given back."""
        del live, receive, send
        try:
            return await asyncio.to_thread(restoring.performed, self._store.masks, command)
        except Exception as error:
            self.failed("masks.failed", error)
            raise StoreFailed from error

    async def _record(self, command: Record, live: Live, receive: Receive, send: Sender) -> None:
        del live, receive, send
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await self._together.record(command.event)
        except Exception as error:
            self.store_failed = True
            self.failed("store.failed", error)
            raise StoreFailed from error
        self.store_failed = False

    async def _crash(self, call: Call, live: Live, error: Exception, send: Sender) -> None:
        """The door itself failed: nothing more of this call is let through."""
        self.failed("call.crashed", error, call=call.id)
        refusal = Refusal("internal")
        if not live.recorded:
            data = {
                "surface": "chat", "path": call.path[:200], "method": call.method, "model": "", "key": "", "tenant": "",
                "ip": call.ip, "status": refusal.status, "stream": False, "bytes_in": 0, "bytes_out": 0, "digest_in": "",
                "texts": 0, "tokens_in": 0, "tokens_out": 0, "findings": [], "verdict": "block",
                "policy": self.door.known.policy.revision, "ms": (self._clock() - call.at) / 1_000, "ttft_ms": 0,
                "upstream_ms": 0, "error": "internal",
            }  # fmt: skip
            if call.trace is not None:
                data["trace"] = call.trace._asdict()
            subject = Ref(kind="call", id=call.id)
            event = Event(id=new_id("evt"), at=self._clock(), kind="call.failed", subject=subject, data=data)
            self._observe(event, 0)
            self._store.append_soon(event)
        if live.started:
            raise error
        status, headers, body, _ = answer(speaks(call.path), refusal, call)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def failed(self, what: str, error: Exception, **fields: str) -> None:
        """One line of JSON on the log."""
        said = {"event": what, "error": type(error).__name__, "detail": str(error)[:300], **fields}
        _log.error(
            "%s", json.dumps(said, ensure_ascii=False), exc_info=error if what == "call.crashed" else None
        )
