"""Both ends of a steady load of streams, each one loop over plain sockets: cheap enough for both to share a core.

``say`` is a model endpoint. Once so many calls wait it begins: each stream has its own place within the time between two events,
and each event its due time, whatever became of those before. ``created`` of an event is that time, in microseconds of the machine's
monotonic clock: whoever holds it up, the stub included, makes it late. ``hear`` makes the calls, counts every event, and reads the
stamps of one stream in eight.
"""

from __future__ import annotations

import gc
import json
import random
import re
import select
import socket
import sys
import time
from typing import Any

from rig.harness import cpu_seconds
from rig.stamped import EVENTS, HEAD, LAST

SAMPLED = 8
"""Of so many streams one is listened to closely."""
LEAD = 3.0
"""Seconds from the last call to the first event: who has them all to begin is done with it."""
WARM = 3.0
"""Seconds at the beginning that are not told: a fresh process builds its automata as texts reach them, 0.1 s in all."""
PATIENCE = 10.0
"""Seconds past the last event's time after which what has not come is missing."""
PARTS = 3
"""Parts of the time whose lateness is told apart: it must not grow."""
_CREATED, _TEXT, _END = b'"created": ', b'"content"', b"0\r\n\r\n"
_STAMP = re.compile(rb'"created": (\d{6,})')
_NAP = 0.0002
"""The shortest sleep, in seconds: what falls due within it is said together."""


def _bytes_of_call(read: bytes) -> int:
    """How long a call is, as far as its head is there; else more than what is read."""
    head, end, _ = read.partition(b"\r\n\r\n")
    if not end:
        return len(read) + 1
    return len(head) + 4 + int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])


def _called(streams: int) -> list[socket.socket]:
    """So many calls, each answered with a head."""
    calls: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=8_192) as listening:
        sys.stdout.write(json.dumps({"port": listening.getsockname()[1]}) + "\n")
        sys.stdout.flush()
        while len(calls) < streams:
            call, _ = listening.accept()
            call.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            read = b""
            while len(read) < _bytes_of_call(read):
                read += call.recv(65_536)
            call.sendall(HEAD)
            calls.append(call)
    return calls


def events_of(every: float, seconds: float) -> int:
    """How many each stream has."""
    return round((WARM + seconds) / every)


def say(streams: int, every: float, seconds: float) -> None:
    """Say every event of every stream at its time, and stay until killed."""
    gc.disable()
    calls, clock, chance = _called(streams), time.monotonic, random.Random(0)
    order = sorted(((chance.random() * every, call) for call in calls), key=lambda one: one[0])
    begin = clock() + LEAD
    for number in range(events_of(every, seconds)):
        before, after = EVENTS[number % len(EVENTS)]
        for place, call in order:
            due = begin + number * every + place
            while (left := due - clock()) > 0:
                time.sleep(max(left, _NAP))
            event = b"%b%b%d%b" % (before, _CREATED, due * 1e6, after)
            call.sendall(b"%x\r\n%b\r\n" % (len(event), event))
    for call in calls:
        call.sendall(b"%x\r\n%b\r\n%b" % (len(LAST), LAST, _END))
    time.sleep(10 * PATIENCE)


class Ear:
    """What came of all streams."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.events = self.ended = 0
        self.late: list[tuple[int, int]] = []
        """When an event of a sampled stream was due, and how late it came, in microseconds."""
        self._rest: dict[int, bytes] = {}

    def take(self, stream: int, data: bytes) -> None:
        """One read of one stream; an event that is cut in two counts when it is whole."""
        whole, _, rest = (self._rest.pop(stream, b"") + data).rpartition(b"\n\n")
        self.events += whole.count(_TEXT)
        if stream % SAMPLED == 0:
            now = time.monotonic_ns() // 1_000
            self.late += [(due := int(found[1]), now - due) for found in _STAMP.finditer(whole)]
        if rest.endswith(_END):
            self.ended += 1
        elif len(rest) > len(b"\r\n"):
            self._rest[stream] = rest


def hear(port: int, request: bytes, streams: int, seconds: float, pids: list[int]) -> dict[str, Any]:
    """Call, and listen until every stream has ended or what is missing will not come. ``pids``: whose CPU time is told."""
    gc.disable()
    ear, poll, calls = Ear(), select.epoll(), dict[int, tuple[int, socket.socket]]()
    for number in range(streams):
        call = socket.create_connection(("127.0.0.1", port))
        call.sendall(request)
        calls[call.fileno()] = number, call
        poll.register(call, select.EPOLLIN)
        time.sleep(0.002)
    last = time.monotonic() + LEAD + WARM + seconds + PATIENCE
    while not ear.events:
        _listen(ear, poll, calls, last)
    begin = time.monotonic() + WARM
    while time.monotonic() < begin:
        _listen(ear, poll, calls, last)
    began, spent, own = time.monotonic(), [cpu_seconds(pid) for pid in pids], time.process_time()
    before = ear.events
    while ear.ended < streams and time.monotonic() < last:
        _listen(ear, poll, calls, last)
    taken = time.monotonic() - began
    shares = [(cpu_seconds(pid) - had) / taken for pid, had in zip(pids, spent, strict=True)]
    return {
        "events": ear.events,
        "told": ear.events - before,
        "ended": ear.ended,
        "seconds": taken,
        "shares": [*shares, (time.process_time() - own) / taken],
        "late": _parts(ear.late),
    }


def _listen(ear: Ear, poll: select.epoll, calls: dict[int, tuple[int, socket.socket]], last: float) -> None:
    """Take what has come."""
    if time.monotonic() > last:
        raise RuntimeError("no event came")
    for descriptor, _ in poll.poll(1):
        number, call = calls[descriptor]
        if data := call.recv(65_536):
            ear.take(number, data)
        else:
            poll.unregister(descriptor)


def _parts(late: list[tuple[int, int]]) -> list[list[int]]:
    """Lateness in microseconds, sorted, of each part of the time."""
    first, end = min(late)[0] + int(WARM * 1e6), max(late)[0] + 1
    parts: list[list[int]] = [[] for _ in range(PARTS)]
    for due, by in late:
        if due >= first:
            parts[(due - first) * PARTS // (end - first)].append(by)
    return [sorted(part) for part in parts]
