"""What a mode of an emergency refuses by a call's head alone: a surface that is off, where it comes from, whose it is."""

from __future__ import annotations

from yanmen.core.ids import new_id
from yanmen.core.nouns import Decision, Reason, Ref, Verdict
from yanmen.gateway import proving
from yanmen.gateway.errors import Refusal
from yanmen.gateway.hearing import Hearing
from yanmen.policy.modes import Mode

SHED_SECONDS = 30
"""After so long a caller whose calls are shed may come back."""
ASKS = "mode.asks-for-work"
_SAY = {
    "mode.refuses-surface": "surface_switched_off",
    "mode.refuses-origin": "origin_refused",
    "mode.sheds": "shed_by_mode",
}


def heed(hearing: Hearing) -> None:
    """Refusal where the mode in force does not let the call in; nothing while none is."""
    policy = hearing.known.policy
    mode = policy.mode
    if mode is None:
        return
    refused = mode.refusal(hearing.surface.name, hearing.subjects, hearing.key.priority)
    if refused is None:
        _ask_for_work(hearing, mode)
        return
    decision = Decision(
        id=new_id("dec"),
        at=hearing.call.at,
        subject=Ref(kind="call", id=hearing.call.id),
        verdict=Verdict.BLOCK,
        because=(Reason(rule=refused.rule, by=f"mode:{mode.name}", note=refused.what),),
        policy=policy.revision,
        terms={"subjects": [str(one) for one in hearing.subjects], "direction": "in"},
    )
    hearing.report.decided(decision)
    again = SHED_SECONDS if refused.rule == "mode.sheds" else None
    raise Refusal(_SAY[refused.rule], decision=decision, mode=mode.name, retry_after=again)


def _ask_for_work(hearing: Hearing, mode: Mode) -> None:
    """Refusal with a challenge where the mode asks callers of this priority for work, and none is proved."""
    bits = mode.bits(hearing.key.priority)
    if not bits:
        return
    decision = Decision(
        id=new_id("dec"),
        at=hearing.call.at,
        subject=Ref(kind="call", id=hearing.call.id),
        verdict=Verdict.CHALLENGE,
        because=(Reason(rule=ASKS, by=f"mode:{mode.name}", note=f"{bits} bits"),),
        policy=hearing.known.policy.revision,
        terms={"subjects": [str(one) for one in hearing.subjects], "direction": "in"},
    )
    proving.prove(hearing, decision, bits)
