"""``yanmen explain ID``: what was decided, by which rule, on which evidence, what to do, and whether it stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from yanmen.cli.options import data_option, json_option, tongue
from yanmen.core.clock import DAY, SECOND, now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import time_of
from yanmen.core.language import Messages
from yanmen.core.nouns import Decision, Ref, Verdict
from yanmen.core.redaction import visible

if TYPE_CHECKING:
    from yanmen.core.nouns import Event
    from yanmen.policy.explanation import Explanation
    from yanmen.store import Store

_MESSAGES = Messages(Path(__file__).parent / "messages" / "explain")
BATCH = 1_000
"""Events read at a time."""
MOST = 200_000
"""Events of calls looked through for a plain allow."""
CALLS = ("call.", "guard.checked")
"""Kinds of event that tell how a text was judged."""
EARLY, LATE = 60 * SECOND, DAY
"""How long before and after a decision its call's event may have been written."""


@click.command(
    "explain", help=tongue("Explain a decision, or a call, by its id.", "按编号解释一个决定或一次调用。")
)
@click.argument("decision")
@click.option(
    "--language", type=click.Choice(["en", "zh"]), help=tongue("Language of the answer.", "回答所用语言。")
)
@data_option
@json_option
def command(decision: str, language: str | None, data: Path, *, as_json: bool) -> None:
    """Find the decision, or the call a plain allow belongs to, and print what there is to say."""
    from yanmen.cli.policy import opened

    with opened(data) as store:
        found = explanation(store, decision)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=2))
    else:
        click.echo(found.text(language or ""))


def explanation(store: Store, decision_id: str) -> Explanation:
    """Everything there is to say of a decision, call or event id. Raises YanmenError when the record does not know it."""
    from yanmen.core.catalogue import rules
    from yanmen.policy.explanation import explain, explain_call

    policy_now = _policy_now(store)
    decision = store.decisions.get(decision_id)
    if decision is not None:
        return explain(decision, rules(), now(), store.decisions.lifted(decision_id), policy_now)
    event = _event_of(store, decision_id)
    decided = event.data.get("decision") if event is not None else None
    if isinstance(decided, str):
        return explanation(store, decided)
    if decided:
        return explain(msgspec.convert(decided, Decision), rules(), now(), policy_now=policy_now)
    if event is not None and event.kind.startswith(CALLS):
        return explain_call(event, rules(), policy_now)
    hint = _MESSAGES.phrase("incident_hint" if decision_id.startswith("inc_") else "unknown_hint")
    if event is not None:
        raise YanmenError(_MESSAGES.phrase("other", event=event.id, kind=event.kind), hint=hint)
    raise YanmenError(_MESSAGES.phrase("unknown", decision=visible(decision_id)), hint=hint)


def _policy_now(store: Store) -> str:
    """The revision that was loaded last."""
    revision, seq = "", 0
    while batch := store.events.after(seq, BATCH, kinds=("policy.loaded",)):
        seq = batch[-1].seq
        revision = str(batch[-1].event.data.get("revision", ""))
    return revision


def _event_of(store: Store, name: str) -> Event | None:
    """The event of a call (``call_…``, or the ``x-request-id`` of its answer), an event (``evt_…``) or a decision's call.

    Of a check of several texts (``chk_…``) the event of the one that was judged most strictly.
    """
    if name.startswith("evt_"):
        recorded = store.events.get(name)
        return recorded.event if recorded else None
    if name.startswith(("call_", "chk_")):
        found = store.events.of(Ref(kind="call" if name.startswith("call_") else "check", id=name))
        events = [each.event for each in found if each.event.kind.startswith(CALLS)]
        return max(events, key=lambda event: _strictness(event.data.get("verdict")), default=None)
    return _call_of(store, name)


def _strictness(verdict: object) -> int:
    return next((int(each) for each in Verdict if each.word == verdict), 0)


def _call_of(store: Store, decision_id: str) -> Event | None:
    """The event of the call that a decision id answered, sought around the time the id was made."""
    from yanmen.policy.explanation import belongs

    try:
        made = time_of(decision_id)
    except ValueError:
        return None
    seq, looked_at = _seq_before(store, made - EARLY), 0
    while looked_at < MOST and (batch := store.events.after(seq, BATCH, kinds=("call.",))):
        for recorded in batch:
            if belongs(recorded.event, decision_id):
                return recorded.event
        seq, looked_at = batch[-1].seq, looked_at + len(batch)
        if batch[-1].event.at > made + LATE:
            return None
    return None


def _seq_before(store: Store, at: int) -> int:
    """A place in the log before which every event is older than a time."""
    low, high = 0, store.events.last_seq()
    while low < high:
        middle = (low + high) // 2
        following = store.events.after(middle, 1)
        if following and following[0].event.at < at:
            low = middle + 1
        else:
            high = middle
    return low
