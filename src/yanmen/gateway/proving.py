"""Work that a caller proves before it is let in, where a standing decision or a mode asks for it.

A challenge stands in the header ``x-yanmen-challenge`` of the 403; the call is sent again with the proof in ``x-yanmen-proof``. It
is bound to the key and to the network (/24, /64) it was asked from, good for a short time, and once.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from yanmen.core import proofs
from yanmen.core.nouns import Decision, Event, Ref
from yanmen.gateway.commands import Command, Spend, StoreFailed
from yanmen.gateway.errors import Refusal
from yanmen.gateway.hearing import Hearing
from yanmen.gateway.knowledge import Proving
from yanmen.gateway.live import Live, Recorder

HEADER = b"x-yanmen-proof"
CHALLENGE = b"x-yanmen-challenge"
SPENT = "proof.spent"
SPEND_SECONDS = 10.0
"""How long the record of a used proof may take."""


def prove(hearing: Hearing, decision: Decision, bits: int = 0) -> None:
    """Go on where the call carries a proof of enough work; else Refusal with a challenge."""
    proving = hearing.known.proving
    if proving is None:
        hearing.report.decided(decision)
        raise Refusal("challenge_required", decision=decision)
    asked = bits or _bits(decision) or proving.bits
    if hearing.proved is not None and hearing.proved.bits >= asked:
        return
    call, whom = hearing.call, _whom(hearing)
    said = call.header(HEADER)
    proof = said[0].decode("latin-1") if len(said) == 1 else ""
    found = proofs.checked(proving.secret, whom, proof, bits=asked, at=call.at) if proof else "malformed"
    if isinstance(found, proofs.Proved):
        hearing.proved, hearing.challenged = found, decision
        return
    hearing.report.decided(decision)
    raise _asked(hearing, decision, asked)


def spend(hearing: Hearing) -> Generator[Command, Any, None]:
    """Use the proof up, where the call stands on one; Refusal where it was used before."""
    proved = hearing.proved
    if proved is None or hearing.spent:
        return
    data = {"bits": proved.bits, "ip": hearing.call.ip, "for": "call"}
    actor = Ref(kind="key", id=hearing.key.id)
    subject = Ref(kind="call", id=hearing.call.id)
    event = Event(id=proved.event, at=hearing.call.at, kind=SPENT, actor=actor, subject=subject, data=data)
    if not (yield Spend(event)):
        hearing.proved = None
        raise _asked(hearing, hearing.challenged, proved.bits)
    hearing.spent = True


class Spending:
    """Performs ``Spend``: the id of the event is the proof's, and the log takes an id once, on all nodes."""

    def __init__(self, store: Recorder) -> None:
        """Over the record."""
        self._store = store
        self.performers: dict[type, tuple[Callable[..., Coroutine[Any, Any, Any]], bool]] = {
            Spend: (self._spend, False)
        }

    async def _spend(self, command: Spend, live: Live, receive: Any, send: Any) -> bool:
        del live, receive, send
        try:
            async with asyncio.timeout(SPEND_SECONDS):
                await asyncio.wrap_future(self._store.append(command.event))
        except ValueError:
            return False
        except OSError as error:
            raise StoreFailed from error
        return True


def known(secrets: Callable[[str], bytes], bits: int, seconds: int) -> Proving:
    """What proofs go by in this installation."""
    return Proving(secrets("proofs"), bits, seconds)


def _asked(hearing: Hearing, decision: Decision | None, bits: int) -> Refusal:
    proving = hearing.known.proving
    told: list[tuple[bytes, bytes]] = []
    if proving is not None:
        made = proofs.challenge(
            proving.secret, _whom(hearing), bits=bits, seconds=proving.seconds, at=hearing.call.at
        )
        told = [(CHALLENGE, made.encode())]
    return Refusal("work_required", decision=decision, told=told)


def _whom(hearing: Hearing) -> str:
    """The key and the network it calls from."""
    try:
        address = ipaddress.ip_address(hearing.call.ip)
    except ValueError:
        return f"call\0{hearing.key.id}\0{hearing.call.ip}"
    width = 24 if address.version == 4 else 64  # noqa: PLR2004  # what one site has
    network = ipaddress.ip_network((address, width), strict=False)
    return f"call\0{hearing.key.id}\0{network}"


def _bits(decision: Decision) -> int:
    said = decision.terms.get("bits", 0)
    return said if isinstance(said, int) and 0 <= said <= proofs.MOST_BITS else 0
