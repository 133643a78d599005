"""A file of pickles: one stream after another, and what lies behind the last."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from yanmen.supply.pickles import rules
from yanmen.supply.pickles.expansion import is_bomb
from yanmen.supply.pickles.journal import Journal
from yanmen.supply.pickles.judge import Judge, Loader
from yanmen.supply.pickles.knowledge import Knowledge, knowledge
from yanmen.supply.pickles.loads import Loads
from yanmen.supply.pickles.machine import Machine
from yanmen.supply.pickles.splices import LARGEST, as_c_reads_a_file
from yanmen.supply.pickles.tape import BrokenStream
from yanmen.supply.pickles.values import Value
from yanmen.supply.pickles.work import STREAM, TooLarge

MOST = 10_000
"""Streams of one file that are read."""
PADDING = 1 << 16
"""Bytes of zeros or white space behind the last stream that are nothing to speak of."""


@dataclass(slots=True)
class Stream:
    """One pickle of a file, read to its STOP."""

    value: Value
    start: int
    end: int


def read_stream(
    stream: BinaryIO,
    judge: Judge,
    tick: Callable[[], None],
    *,
    start: int = 0,
    size: int | None = None,
    after_build: Callable[[Machine, Value], Value] | None = None,
) -> tuple[Stream | None, Machine]:
    """One pickle; None where it breaks or is not followed to its end, which the journal says then."""
    machine = Machine(stream, judge, tick, start=start, size=size)
    machine.after_build = after_build
    judge.loads = Loads(stream, judge, size)
    try:
        value = machine.run()
    except BrokenStream as error:
        judge.journal.miss("malformed", str(error), machine.offset)
    except TooLarge as error:
        judge.journal.miss("too-large", f"more than one look may hold: {error}", machine.offset)
    else:
        if is_bomb(value):
            shown = "references within references that expand to millions of values"
            judge.journal.find(rules.BOMB, "expansion", shown, machine.offset)
        if machine.crossed:
            _read_again(stream, judge, tick, start)
        return Stream(value, start, machine.offset), machine
    if machine.crossed or 0 <= machine.frame_end < machine.offset:
        _read_again(stream, judge, tick, start)
    return None, machine


def _read_again(stream: BinaryIO, judge: Judge, tick: Callable[[], None], start: int) -> None:
    """As the C unpickler reads it from a file."""
    if not stream.seekable():
        return
    stream.seek(start)
    again = as_c_reads_a_file(stream.read(LARGEST))
    if again is None:
        return
    try:
        Machine(io.BytesIO(again), judge, tick, size=len(again)).run()
    except (BrokenStream, TooLarge) as error:
        judge.journal.miss("malformed", f"as read from a file: {error}", start)


def read_streams(
    stream: BinaryIO,
    size: int,
    journal: Journal,
    tick: Callable[[], None],
    *,
    start: int = 0,
    loader: Loader | None = None,
    tables: Knowledge | None = None,
) -> list[Stream]:
    """Every pickle from a place to the end; what lies behind the last one is said in the journal."""
    judge = Judge(journal, tables or knowledge(), loader)
    found: list[Stream] = []
    at = start
    while at < size or not found:
        if found and _is_padding(stream, at, size):
            break
        if len(found) >= MOST:
            journal.miss("too-large", f"more than {MOST} streams", at)
            break
        before = len(journal.names)
        journal.work.left -= STREAM
        one, machine = read_stream(stream, judge, tick, start=at, size=size)
        if one is None:
            if found and len(journal.names) == before and journal.work.left >= 0:
                shown = f"{size - at} bytes behind the end of the pickle"
                journal.find(rules.HIDES_BYTES, "behind the end", shown, at)
            break
        found.append(one)
        at = machine.offset
    return found


def _is_padding(stream: BinaryIO, at: int, size: int) -> bool:
    if size - at > PADDING:
        return False
    stream.seek(at)
    return not stream.read(size - at).strip(b"\0 \t\r\n")
