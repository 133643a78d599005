"""Rows of JSON in, verdicts out, in order: what ``yanmen guard check`` does with each line.

The patterns and the lexical model look at a row at once; what they are not sure of goes to encoder processes while further
rows are read. A row is answered as soon as it and those before it are, not at the end of the input.
"""

from __future__ import annotations

import queue
import re
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import IO, Any, Literal, NamedTuple

import msgspec

from yanmen.core.clock import now
from yanmen.core.nouns import Exchange, Finding, Ref, Role, Text, Trust, Unexamined, Verdict
from yanmen.guard import Examination, Guard, redacted
from yanmen.guard.classes import class_of
from yanmen.guard.engine import Direction
from yanmen.guard.examination import Late, Opinion
from yanmen.guard.workers import Workers
from yanmen.llm.wire import strict
from yanmen.policy import Policy, Situation, Standing

LONGEST = 16 << 20
"""Bytes of a line that are read; of a longer one nothing is."""
ROWS, PASSAGES = 256, 192
"""Rows that may be under way at once, and passages that may be with the encoders."""
SECONDS = 120.0
"""How long a row may wait for the encoders; a file has no hurry."""
_ID = re.compile(rb'\s*\{\s*"id"\s*:\s*("(?:[^"\\]|\\.){0,1000}"|-?[0-9]{1,18})\s*[,}]')
WORD = "could_not_judge"
SPEAKERS: dict[str, tuple[Role, Trust]] = {
    "user": ("user", "user"),
    "system": ("system", "operator"),
    "developer": ("developer", "operator"),
    "assistant": ("assistant", "untrusted"),
    "tool": ("tool", "untrusted"),
    "document": ("tool", "untrusted"),
}
"""The roles of rows, and how far each is trusted: as the gateway takes them."""


class Row(msgspec.Struct, frozen=True):
    """A line of the input. Other keys are let be, so that a labelled data set can be checked as it is."""

    text: str
    id: str | int | None = None
    role: Literal["user", "system", "developer", "assistant", "tool", "document"] | None = None
    context: str | list[str] = ""
    """Reference texts that an answer should be true to."""
    direction: Direction | None = None


class Pending(NamedTuple):
    """A row that has been looked at, and what is still awaited."""

    row: Row | None
    seen: Examination
    answers: Future[list[Opinion | Late]] | None = None
    error: str = ""
    id: Any = None


class Tally:
    """What the verdicts of all rows come to."""

    def __init__(self) -> None:
        """No row yet."""
        self.found = self.missing = 0

    @property
    def exit_code(self) -> int:
        """0: all allowed; 1: something found; 2: nothing found, but not all could be judged."""
        return 1 if self.found else 2 if self.missing else 0


class Checker:
    """Judges rows by a guard and a policy."""

    def __init__(self, guard: Guard, policy: Policy, workers: Workers, direction: Direction) -> None:
        """``direction``: of rows that do not say theirs. Everything is owned by the caller."""
        self._guard, self._policy, self._workers = guard, policy, workers
        self._direction: Direction = direction
        self._standing = Standing(())
        self._read = msgspec.json.Decoder(Row)

    def begin(self, line: bytes) -> Pending:
        """Look at a row; never raises."""
        if len(line) > LONGEST:
            return _unread(line, f"too-large: more than {LONGEST} bytes")
        try:
            tree = strict.read(line, depth=16, values=100_000)
        except strict.Malformed as error:
            return _unread(line, str(error))
        try:
            row = msgspec.convert(tree, Row)
        except msgspec.ValidationError as error:
            return _unread(line, f"wrong-shape: {error}")
        seen = self._seen(row)
        if not seen.unsure:
            return Pending(row, seen)
        return Pending(row, seen, self._workers.ask([one.passage for one in seen.unsure], SECONDS))

    def _seen(self, row: Row) -> Examination:
        direction = row.direction or self._direction
        role, trust = SPEAKERS[row.role or ("user" if direction == "in" else "assistant")]
        text = Text(text=row.text, role=role, trust=trust, part="/text")
        given = [row.context] if isinstance(row.context, str) else row.context
        before = tuple(
            Text(text=one, role="tool", trust="untrusted", part=f"/context/{number}")
            for number, one in enumerate(given)
            if one
        )
        if direction == "in":
            seen, exchange = self._guard.glance([text]), Exchange(texts=(*before, text))
        else:
            seen = self._guard.examine([text], direction="out")
            exchange = Exchange(texts=before, answer=(text,))
        if not self._guard.exchange_detectors:
            return seen
        more = self._guard.examine_exchange(exchange)
        return msgspec.structs.replace(
            seen,
            findings=(*seen.findings, *(one for one in more.findings if one.where.part in {"/text", ""})),
            unexamined=(*seen.unexamined, *more.unexamined),
        )

    def finish(self, pending: Pending, tally: Tally) -> bytes:
        """The row's answer, once its questions are answered."""
        row, seen = pending.row, pending.seen
        if row is None:
            tally.missing += 1
            said = {"id": pending.id, "verdict": WORD, "score": 0.0, "findings": [], "redacted": None}
            return msgspec.json.encode({**said, "error": pending.error})
        if pending.answers is not None:
            seen = self._guard.settled(seen, pending.answers.result())
        answer = self._answer(row, seen)
        tally.found += answer["verdict"] not in {"allow", WORD}
        tally.missing += answer["verdict"] == WORD
        return msgspec.json.encode(answer)

    def _answer(self, row: Row, seen: Examination) -> dict[str, Any]:
        verdict, redact = self._verdict(seen.findings, (), row)
        word = verdict.word
        if seen.unexamined and verdict < Verdict.CHALLENGE:
            asked, _ = self._verdict(seen.findings, seen.unexamined, row)
            word = WORD if asked > verdict else word
        answer: dict[str, Any] = {
            "id": row.id,
            "verdict": word,
            "score": round(seen.score, 4),
            "findings": [_finding(one) for one in seen.findings],
            "redacted": redacted(row.text, redact) if redact and verdict is Verdict.REDACT else None,
        }
        if seen.unexamined:
            answer["error"] = "; ".join(dict.fromkeys(map(_why, seen.unexamined)))
        return answer

    def _verdict(
        self, findings: tuple[Finding, ...], unexamined: tuple[Unexamined, ...], row: Row
    ) -> tuple[Verdict, list[tuple[int, int, str]]]:
        if not findings and not unexamined:
            return Verdict.ALLOW, []
        situation = Situation(
            at=now(),
            subject=Ref(kind="check", id=str(row.id)),
            direction=row.direction or self._direction,
            surface="guard",
        )
        decision = self._policy.judge(findings, unexamined, situation, self._standing).decision
        spans = decision.terms.get("redact", [])
        return decision.verdict, [(one["start"], one["end"], one["with"]) for one in spans]


def _unread(line: bytes, error: str) -> Pending:
    """A line that is no row; its id where the line begins with one."""
    found = _ID.match(line)
    try:
        name = msgspec.json.decode(found[1]) if found else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        name = None
    return Pending(None, Examination(), error=error, id=name)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule.id,
        "class": class_of(finding.rule),
        "confidence": round(finding.confidence, 4),
        "span": [finding.where.start, finding.where.end],
    }


def _why(one: Unexamined) -> str:
    return f"{one.reason}: {one.detail}" if one.detail else one.reason


def lines(source: IO[bytes]) -> Iterator[bytes]:
    """The lines of an input that are not empty, each as soon as it is there; of one that is too long only its beginning."""
    while line := source.readline(LONGEST + 2):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = source.readline(1 << 20)
        if line.strip():
            yield line


def run(checker: Checker, source: IO[bytes], target: IO[bytes]) -> Tally:
    """Judge every line of an input, and write one line for each, in order. What is written is flushed when no more is ready."""
    tally = Tally()
    events: queue.SimpleQueue[bytes | BaseException | None] = queue.SimpleQueue()
    room = threading.Semaphore(ROWS)
    threading.Thread(target=_feed, args=(source, events, room), name="rows", daemon=True).start()
    waiting: deque[Pending] = deque()
    more = True
    while more or waiting:
        event = events.get()
        if event:
            if not isinstance(event, bytes):
                raise event
            _held_back(waiting)
            pending = checker.begin(event)
            waiting.append(pending)
            if pending.answers is not None:
                pending.answers.add_done_callback(lambda _: events.put(b""))
        elif event is None:
            more = False
        while waiting and (waiting[0].answers is None or waiting[0].answers.done()):
            target.write(checker.finish(waiting.popleft(), tally) + b"\n")
            room.release()
        if events.empty():
            target.flush()
    return tally


def _feed(
    source: IO[bytes], events: queue.SimpleQueue[bytes | BaseException | None], room: threading.Semaphore
) -> None:
    """Hand on each line, as long as not too many are under way; then None, or what went wrong."""
    try:
        for line in lines(source):
            room.acquire()
            events.put(line)
    except OSError as error:
        events.put(error)
    else:
        events.put(None)


def _held_back(waiting: Sequence[Pending]) -> None:
    """Wait until the encoders have no more than they should."""
    while True:
        asked = [one for one in waiting if one.answers is not None and not one.answers.done()]
        if sum(len(one.seen.unsure) for one in asked) <= PASSAGES or asked[0].answers is None:
            return
        asked[0].answers.result()
