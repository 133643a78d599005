"""Notices to the outside: queued in the store, so none is lost; sent by a thread for each address, so none waits for another.

A notice is the event ``notice.queued``; what became of it at an address is ``notice.delivered``, ``notice.failed`` (it is
tried again) or ``notice.given-up`` (after a week). Addresses may hold secrets, so events name them by host and a hash.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from yanmen.core.clock import DAY, SECOND, Clock, iso, now
from yanmen.core.ids import new_id
from yanmen.core.keys import PATTERN
from yanmen.core.nouns import Event, Incident, Phrase, Ref
from yanmen.core.redaction import mask, visible
from yanmen.soc.desk import SOC, WAIT_SECONDS
from yanmen.soc.webhook import post
from yanmen.store import Recorded, Store

FIRST_WAIT, LONGEST_WAIT = 1 * SECOND, 3_600 * SECOND
"""Before the second try, and at most between two tries; each wait is double the one before."""
KEPT = 7 * DAY
"""How long a notice is tried."""
PENDING = 1_000
"""Notices held in memory for one address; further ones stay in the store until there is room."""
PAUSE_SECONDS = 0.1

_KEY = re.compile(PATTERN)
_log = logging.getLogger(__name__)


def queue(store: Store, notice: str, kind: str, incident: Incident, text: Phrase, actor: Ref) -> None:
    """Queue a notice for every address; durable on return. One already queued under this id is left as it is."""
    subject = Ref(kind="notice", id=notice)
    if store.events.of(subject, limit=1):
        return
    body = {
        "notice": notice,
        "kind": kind,
        "at": iso(now()),
        "by": str(actor),
        "text": msgspec.to_builtins(text),
        "incident": {
            "id": incident.id,
            "opened": iso(incident.opened),
            "status": incident.status,
            "severity": incident.severity.word,
            "cause": incident.cause,
            "title": msgspec.to_builtins(incident.title),
            "summary": msgspec.to_builtins(incident.summary),
        },
        "undo": f"yanmen playbook undo {incident.id}",
    }
    store.append(
        Event(
            id=new_id("evt"),
            at=now(),
            kind="notice.queued",
            actor=actor,
            subject=subject,
            data={"body": _masked(body)},
        )
    ).result(WAIT_SECONDS)


def name_of(webhook: str) -> str:
    """An address as events name it: its host and eight hex digits of its hash."""
    host = urlsplit(webhook).hostname or "?"
    return f"{visible(host)}#{hashlib.sha256(webhook.encode()).hexdigest()[:8]}"


@dataclass
class Waiting:
    """A notice not yet delivered."""

    seq: int
    queued: int
    body: dict[str, Any]
    tries: int = 0
    due: int = 0


class Courier:
    """Delivers every notice to one address, in order of the tries that are due."""

    def __init__(self, store: Store, webhook: str, secret: bytes = b"", clock: Clock = now) -> None:
        """Take up the notices that this address has not received."""
        self._store, self._webhook, self._secret, self._clock = store, webhook, secret, clock
        self.name = name_of(webhook)
        self._cursor = f"notices/{self.name}"
        self._position = self._kept = store.cursors.get(self._cursor)
        self._waiting: dict[str, Waiting] = {}

    def run(self, stop: threading.Event) -> None:
        """Deliver until told to stop."""
        while not stop.wait(PAUSE_SECONDS):
            try:
                self.step()
            except (OSError, RuntimeError, TimeoutError):
                _log.exception("notices to %s: the store could not be used; trying again", self.name)
                stop.wait(10 * PAUSE_SECONDS)

    def step(self) -> int:
        """Read what is new, try what is due; answer how many were delivered."""
        self._read()
        due = sorted((one.due, notice) for notice, one in self._waiting.items() if one.due <= self._clock())
        delivered = sum(self._try(notice, self._waiting[notice]) for _, notice in due)
        done = min([self._position, *(one.seq - 1 for one in self._waiting.values())])
        if done > self._kept:
            self._store.cursors.set(self._cursor, done)
            self._kept = done
        return delivered

    def _read(self) -> None:
        room = PENDING - len(self._waiting)
        if room <= 0 or self._store.events.last_seq() <= self._position:
            return
        last = self._store.events.last_seq()
        read = self._store.events.after(self._position, limit=room, kinds=("notice.",))
        for recorded in read:
            self._take(recorded)
        self._position = read[-1].seq if len(read) == room else max(last, self._position)

    def _take(self, recorded: Recorded) -> None:
        event = recorded.event
        notice = event.subject.id if event.subject else ""
        if event.kind == "notice.queued":
            self._waiting[notice] = Waiting(seq=recorded.seq, queued=event.at, body=dict(event.data["body"]))
        elif event.data.get("webhook") == self.name and notice in self._waiting:
            if event.kind == "notice.failed":
                self._waiting[notice].tries = int(event.data["tries"])
                self._waiting[notice].due = int(event.data["next"])
            else:
                del self._waiting[notice]

    def _try(self, notice: str, one: Waiting) -> bool:
        """Send one notice and record what became of it."""
        body = json.dumps(one.body, ensure_ascii=False, separators=(",", ":")).encode()
        problem = post(self._webhook, body, secret=self._secret, delivery=notice)
        one.tries += 1
        told: dict[str, Any] = {"webhook": self.name, "tries": one.tries}
        at = self._clock()
        if not problem:
            kind = "notice.delivered"
        elif at - one.queued > KEPT:
            kind = "notice.given-up"
            told["error"] = problem
        else:
            kind = "notice.failed"
            one.due = at + min(FIRST_WAIT << min(one.tries - 1, 20), LONGEST_WAIT)
            told |= {"error": problem, "next": one.due}
        subject = Ref(kind="notice", id=notice)
        event = Event(id=new_id("evt"), at=at, kind=kind, actor=SOC, subject=subject, data=told)
        self._store.append(event).result(WAIT_SECONDS)
        if kind != "notice.failed":
            del self._waiting[notice]
        return not problem


def _masked(body: dict[str, Any]) -> dict[str, Any]:
    """The body with every key of ours in it masked."""
    text = _KEY.sub(lambda found: mask(found[0]), json.dumps(body, ensure_ascii=False))
    masked: dict[str, Any] = json.loads(text)
    return masked
