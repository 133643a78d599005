"""How things stand, at a glance: traffic by the minute, open incidents, the doors, what is in force."""

from __future__ import annotations

import http.client
import ssl
import threading
import time
from typing import Literal

from yanmen.console.desk.house import Caller, House
from yanmen.console.desk.incidents import IncidentLine, line_of
from yanmen.console.desk.shapes import Nothing, Shape
from yanmen.core.clock import SECOND
from yanmen.core.nouns import Phrase, Ref, Verdict
from yanmen.policy.status import status_of
from yanmen.store import Minute

MINUTE = 60 * SECOND
WINDOW = 60
"""Minutes of traffic shown."""
LOOKED = 1_000
"""Incidents of each status among which the gravest are sought, the latest."""
PROBE_SECONDS = 1.0
"""How long a door may take to say that it is well."""
PROBE_EVERY = 4.0
"""Seconds for which its answer is believed."""
Ending = Literal["allow", "redact", "challenge", "block", "failed"]
ENDINGS: tuple[Ending, ...] = ("allow", "redact", "challenge", "block", "failed")


class MinuteShape(Shape, frozen=True):
    """The calls of one minute by how they ended."""

    at: int
    allow: int = 0
    redact: int = 0
    challenge: int = 0
    block: int = 0
    failed: int = 0


class ModelShape(Shape, frozen=True):
    """What one model was asked in the window."""

    model: str
    calls: int
    tokens_in: int
    tokens_out: int


class DoorShape(Shape, frozen=True):
    """A door and whether it answers."""

    name: str
    state: Literal["open", "silent", "unknown"]
    """``silent``: it does not answer; ``unknown``: its address is not known here."""
    address: str


class RefusedShape(Shape, frozen=True):
    """Policy files as they are now, which are not in force."""

    since: int
    where: str
    """``file:line``; a file where no line is to blame."""
    message: Phrase


class Overview(Shape, frozen=True):
    """How things stand."""

    at: int
    version: int
    """Changes whenever anything was written."""
    open_incidents: int
    incidents: list[IncidentLine]
    """Those that are not closed, the gravest first; eight at most."""
    minutes: list[MinuteShape]
    totals: MinuteShape
    models: list[ModelShape]
    doors: list[DoorShape]
    policy: str
    policy_refused: RefusedShape | None
    """Why policy files that were changed are not in force; null where they are."""
    shadow_until: int
    bans: int
    exceptions: int
    events: int
    """Events in the record."""


class Pulse(Shape, frozen=True):
    """The least a page needs to know whether to look again."""

    version: int
    open_incidents: int


def overview(house: House, caller: Caller, asked: Nothing) -> Overview:
    """How things stand."""
    del caller, asked
    at = house.clock()
    start = (at // MINUTE - WINDOW + 1) * MINUTE
    traffic = house.store.traffic.minutes(start)
    minutes = by_minute(traffic, start)
    standing = house.store.decisions.standing(at)
    found = [
        one for status in ("open", "contained") for one in house.store.incidents.list(status, limit=LOOKED)
    ]
    waiting = [line_of(one) for one in found]
    waiting.sort(key=lambda one: (one.status != "open", -one.weight, -one.opened))
    return Overview(
        at=at,
        version=house.store.version(),
        open_incidents=house.store.incidents.count("open"),
        incidents=waiting[:8],
        minutes=minutes,
        totals=MinuteShape(
            at=start, **{name: sum(getattr(one, name) for one in minutes) for name in ENDINGS}
        ),
        models=by_model(traffic),
        doors=[gateway_state(house)],
        policy=house.policies.policy.revision,
        policy_refused=refused_policy(house),
        shadow_until=house.shadow_until(),
        bans=sum(one.verdict is not Verdict.ALLOW for one in standing),
        exceptions=sum(one.verdict is Verdict.ALLOW for one in standing),
        events=house.store.events.last_seq(),
    )


def pulse(house: House, caller: Caller, asked: Nothing) -> Pulse:
    """Whether anything was written, and how many incidents are open."""
    del caller, asked
    return Pulse(version=house.store.version(), open_incidents=house.store.incidents.count("open"))


def refused_policy(house: House) -> RefusedShape | None:
    """What a door or the console said last of changed policy files, where they refused them."""
    in_force = Ref(kind="policy", id=house.policies.policy.revision)
    status = status_of([one.event for one in house.store.events.of(in_force)])
    refused = status.refused if status is not None else None
    if refused is None:
        return None
    return RefusedShape(since=refused.since, where=refused.where, message=refused.message)


def by_minute(traffic: list[Minute], start: int) -> list[MinuteShape]:
    """One entry for each minute of the window, also where there was no call."""
    counts: dict[int, dict[str, int]] = {start + step * MINUTE: {} for step in range(WINDOW)}
    for minute in traffic:
        ending = ending_of(minute)
        if (slot := counts.get(minute.minute)) is not None:
            slot[ending] = slot.get(ending, 0) + minute.calls
    return [MinuteShape(at=at, **slot) for at, slot in counts.items()]


def ending_of(minute: Minute) -> Ending:
    """How calls ended, in one word: the verdict, or ``failed`` where the model or the client gave up."""
    if minute.kind in {"call.failed", "call.abandoned"}:
        return "failed"
    for word in ENDINGS:
        if minute.verdict == word:
            return word
    return "block" if minute.kind in {"call.refused", "call.stopped"} else "allow"


def by_model(traffic: list[Minute]) -> list[ModelShape]:
    """Calls and tokens of each model, the busiest first; five at most."""
    sums: dict[str, tuple[int, int, int]] = {}
    for minute in traffic:
        calls, tokens_in, tokens_out = sums.get(minute.model, (0, 0, 0))
        sums[minute.model] = (
            calls + minute.calls,
            tokens_in + minute.tokens_in,
            tokens_out + minute.tokens_out,
        )
    ordered = sorted(sums.items(), key=lambda item: -item[1][0])[:5]
    return [
        ModelShape(model=model, calls=calls, tokens_in=tokens_in, tokens_out=tokens_out)
        for model, (calls, tokens_in, tokens_out) in ordered
    ]


_probes: dict[tuple[str, int], tuple[float, bool]] = {}
_probing = threading.Lock()


def gateway_state(house: House) -> DoorShape:
    """Whether the gateway answers, at its configured port or else at the one it last said it had."""
    settings = house.config.gateway
    port = settings.port or _last_port(house)
    if not port:
        return DoorShape(name="gateway", state="unknown", address="")
    host = "127.0.0.1" if settings.host in {"", "0.0.0.0"} else settings.host  # noqa: S104  # recognised, not bound
    host = "::1" if host == "::" else host
    with _probing:
        asked, well = _probes.get((host, port), (-PROBE_EVERY, False))
        if time.monotonic() - asked > PROBE_EVERY:
            well = _answers(host, port, settings.tls_certificate)
            _probes.clear()
            _probes[host, port] = (time.monotonic(), well)
    return DoorShape(name="gateway", state="open" if well else "silent", address=f"{settings.host}:{port}")


def _last_port(house: House) -> int:
    """The port the gateway's latest start was recorded with, or 0."""
    for one in reversed(house.store.events.of(Ref(kind="process", id="gateway"), limit=5)):
        if one.event.kind == "process.started":
            port = one.event.data.get("port", 0)
            return port if isinstance(port, int) else 0
    return 0


def _answers(host: str, port: int, certificate: str) -> bool:
    try:
        connection = _connection(host, port, certificate)
    except OSError:
        return False
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _connection(host: str, port: int, certificate: str) -> http.client.HTTPConnection:
    """To the gateway; where it speaks HTTPS whoever has its own certificate is it, by whatever name we ask."""
    if not certificate:
        return http.client.HTTPConnection(host, port, timeout=PROBE_SECONDS)
    trust = ssl.create_default_context(cafile=certificate)
    trust.check_hostname = False
    trust.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return http.client.HTTPSConnection(host, port, timeout=PROBE_SECONDS, context=trust)
