"""One HTTP/1.1 connection to a model: strict in framing, bounded in size, and paused when its reader is slow."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from http import HTTPStatus
from typing import cast

import httptools

from yanmen.core.config import Bounds
from yanmen.gateway.upstreams.answer import Answer
from yanmen.gateway.upstreams.errors import Kind, UpstreamError
from yanmen.gateway.upstreams.headers import forward_response_headers

HIGH_WATER = 64 << 10
"""Bytes of an answer waiting for their reader at which the socket is no longer read."""
MOST_INTERIM = 8
"""Responses 1xx skipped before the answer; more are garbage."""
NEVER = math.inf
_BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_STATUSES = frozenset(range(100, 600)) - {HTTPStatus.SWITCHING_PROTOCOLS}


class Connection(asyncio.Protocol):
    """The protocol of one connection. It carries one call at a time; its owner (the pool) decides on reuse."""

    def __init__(
        self,
        bounds: Bounds,
        limits: tuple[float, float, float],
        done: Callable[[Connection], None],
        lost: Callable[[Connection], None],
    ) -> None:
        """``limits``: seconds to the first byte, between bytes and in all.

        ``done``: the call ended well; ``lost``: it is closed.
        """
        self._bounds = bounds
        self.limits = limits
        self._done = done
        self._lost = lost
        self._came: list[bytes] = []
        self.on_body = self._came.append
        """The parser's word for a piece of the body. Bare, for streams have many: counted once a read, in ``_gather``."""
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self.loop = asyncio.get_running_loop()
        """Kept, for to ask for it is a system call."""
        self._answer: Answer | None = None
        self._failure: UpstreamError | None = None
        self._head_only = False
        self._in_head = False
        self._until_close = False
        self._declared = False
        self._interim = self._count = self._size = self._raw = 0
        self.paused = False
        self.reusable = False
        self.calls = 0
        """Calls begun on it."""
        self.deadline = NEVER
        """Loop time at which whoever waits here has waited long enough."""
        self._last = NEVER
        """Loop time at which the present call has taken long enough."""
        self.idle_since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    @property
    def alive(self) -> bool:
        """Whether another call may be put on it."""
        return self._transport is not None and not self._transport.is_closing()

    async def call(self, head: bytes, body: bytes, *, head_only: bool) -> Answer:
        """Send a request and wait for the head of its answer. ``head_only``: the answer to HEAD has no body."""
        transport = cast("asyncio.Transport", self._transport)
        self.calls += 1
        answer = self._answer = Answer(self)
        self._failure, self._head_only, self._in_head, self.reusable = None, head_only, True, False
        self._interim = self._raw = 0
        self._begin_head()
        if len(body) > HIGH_WATER:
            transport.write(head)
            transport.write(body)
        else:
            transport.write(head + body)
        begun = self.loop.time()
        self._last = begun + self.limits[2]
        self.deadline = min(begun + self.limits[0], self._last)
        try:
            while not answer.status and answer.error is None:
                await self._wait(answer)
        except asyncio.CancelledError:
            self.fail("broken", "cancelled")
            raise
        if answer.error is not None:
            raise answer.error
        return answer

    async def more(self, answer: Answer) -> None:
        """Wait until more of the body came, or its end, or an error."""
        self.deadline = min(self.loop.time() + self.limits[1], self._last)
        await self._wait(answer)

    async def _wait(self, answer: Answer) -> None:
        waiter = answer.waiter = self.loop.create_future()
        try:
            await waiter
        finally:
            answer.waiter = None

    def _wake(self, answer: Answer) -> None:
        self.deadline = NEVER
        if (waiter := answer.waiter) is not None and not waiter.done():
            waiter.set_result(None)

    def resume(self) -> None:
        """Read the socket again."""
        self.paused = False
        if self.alive:
            cast("asyncio.Transport", self._transport).resume_reading()

    def fail(self, kind: Kind, detail: str) -> None:
        """End the call with an error and close the connection at once."""
        self._end(UpstreamError(kind, detail))
        self.abort()

    def overdue(self) -> None:
        """A deadline has passed (the pool looks)."""
        if (answer := self._answer) is not None:
            if self.deadline >= self._last:
                self.fail("timeout", f"the answer took longer than {self.limits[2]:g} s")
                return
            waited, what = (
                (self.limits[1], "between bytes") if answer.status else (self.limits[0], "for an answer")
            )
            self.fail("timeout", f"nothing came within {waited:g} s {what}")

    def abort(self) -> None:
        """Close the socket without waiting for anything."""
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()

    @property
    def untouched(self) -> bool:
        """Whether not one byte of an answer to the present call has come."""
        return self._raw == 0

    def _end(self, error: UpstreamError | None) -> None:
        answer = self._answer
        if answer is None:
            return
        self._answer = None
        answer.error = error
        answer.complete = error is None
        answer.connection = None
        if (told := answer.ended) is not None:
            answer.ended = None
            told(answer)
        self._wake(answer)
        if self.paused:
            self.resume()

    # What the transport says.

    def data_received(self, data: bytes) -> None:
        """Parse what came; whatever is not part of an awaited answer closes the connection."""
        if self._answer is None:
            self.abort()
            return
        self._raw += len(data)
        trouble: Exception | None = None
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserUpgrade, httptools.HttpParserError) as error:
            trouble = error
        self._gather()
        if trouble is not None:
            self._unreadable(trouble)
        self._after_read()

    def _unreadable(self, error: Exception) -> None:
        if isinstance(error, httptools.HttpParserUpgrade):
            self.fail("garbage", "the upstream changed protocol")
        elif self._answer is None:
            self.abort()  # bytes after the end: the answer stands, the connection does not
        elif self._failure is not None:
            self.fail(self._failure.kind, self._failure.detail)
        else:
            self.fail("garbage", str(error) or "not HTTP")

    def _after_read(self) -> None:
        answer = self._answer
        if answer is None:
            if self.reusable and self.alive:
                self._done(self)
            else:
                self.abort()
        elif self._in_head and self._raw > self._bounds.header_bytes:
            self.fail("too-large", f"the head is longer than {self._bounds.header_bytes} bytes")
        elif answer.status:
            self._wake(answer)
            if answer.pending > HIGH_WATER and not self.paused:
                self.paused = True
                cast("asyncio.Transport", self._transport).pause_reading()

    def eof_received(self) -> None:
        """The other side is done: the transport closes itself, and connection_lost says what that means."""

    def connection_lost(self, exc: Exception | None) -> None:
        """An answer without a declared length ends here; any other breaks."""
        answer = self._answer
        if answer is not None:
            if self._until_close and exc is None:
                self._end(None)
            else:
                detail = "before an answer" if self._raw == 0 else "in the middle of its answer"
                self._end(UpstreamError("broken", f"the upstream closed the connection {detail}"))
        self._transport = None
        self._lost(self)

    # What the parser says.

    def _begin_head(self) -> None:
        self._count = self._size = 0
        self._declared = self._until_close = False

    def on_message_begin(self) -> None:
        """Nothing may follow the one answer that is awaited."""
        if self._answer is None:
            raise self._refuse("garbage", "bytes after the answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header within the bounds; trailers are dropped."""
        self._count += 1
        self._size += len(name) + len(value) + 4
        if self._count > self._bounds.header_count or self._size > self._bounds.header_bytes:
            raise self._refuse("too-large", "too many headers or too long")
        if self._in_head:
            name = name.lower()
            if name in {b"content-length", b"transfer-encoding", b"content-encoding"}:
                self._framing(name, value)
            cast("Answer", self._answer).raw_headers.append((name, value))

    def _framing(self, name: bytes, value: bytes) -> None:
        value = value.strip().lower()
        if name == b"content-encoding" and value not in {b"identity", b""}:
            raise self._refuse("garbage", "a content encoding that was not asked for")
        if name == b"transfer-encoding" and value != b"chunked":
            raise self._refuse("garbage", "an unknown transfer encoding")
        if name == b"content-length" and int(value) > self._bounds.answer_bytes:
            raise self._refuse("too-large", f"the answer is longer than {self._bounds.answer_bytes} bytes")
        self._declared = self._declared or name != b"content-encoding"

    def on_headers_complete(self) -> None:
        """The head is whole: an interim response is skipped, the answer's is handed over."""
        status, answer = self._parser.get_status_code(), cast("Answer", self._answer)
        version = self._parser.get_http_version()
        if status not in _STATUSES or version not in {"1.1", "1.0"}:
            raise self._refuse("garbage", f"status {status} of HTTP/{version}")
        if version == "1.0" and answer.header(b"transfer-encoding"):
            raise self._refuse("garbage", "chunks in HTTP/1.0")
        if status < HTTPStatus.OK:
            self._interim += 1
            if self._interim > MOST_INTERIM:
                raise self._refuse("garbage", "too many interim responses")
            answer.raw_headers.clear()
            self._begin_head()
            return
        self._in_head = False
        self._count = self._size = 0
        self._until_close = not self._declared and status not in _BODILESS
        answer.headers = forward_response_headers(answer.raw_headers)
        answer.status = status
        if self._head_only:
            self.reusable = False
            self._end(None)

    def _gather(self) -> None:
        """Hand over what came of the body, within the bound; what no answer waits for is dropped."""
        came, answer = self._came, self._answer
        if not came:
            return
        data = came[0] if len(came) == 1 else b"".join(came)
        came.clear()
        if answer is None:
            return
        size = len(data)
        answer.total += size
        answer.pending += size
        if answer.total > self._bounds.answer_bytes:
            self.fail("too-large", f"the answer is longer than {self._bounds.answer_bytes} bytes")
        else:
            answer.pieces.append(data)

    def on_message_complete(self) -> None:
        """The answer is whole; the connection may carry another if both sides keep it."""
        if not self._in_head:
            self._gather()
            self.reusable = not self._head_only and self._parser.should_keep_alive()
            self._end(None)

    def _refuse(self, kind: Kind, detail: str) -> UpstreamError:
        self._failure = UpstreamError(kind, detail)
        return self._failure
