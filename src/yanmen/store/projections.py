"""Which kinds of event change which projection. The one table of it; live commits and the audit both go by it."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.core.nouns import Event
from yanmen.store import (
    accounts,
    actions,
    campaigns,
    decisions,
    findings,
    incidents,
    keys,
    models,
    reviews,
    tools,
    traffic,
    usage,
)
from yanmen.store.changes import Change

TABLES = (
    "decisions",
    "keys",
    "incidents",
    "actions",
    "accounts",
    "traffic",
    "usage",
    "findings",
    "models",
    "reviews",
    "labels",
    "campaigns",
    "tools",
    "touched",
)
"""The tables that are functions of the events."""

_BY_KIND: dict[str, Callable[[int, Event], list[Change]]] = {
    "decision.lifted": decisions.lifted,
    "key.created": keys.created,
    "key.rotated": keys.rotated,
    "key.revoked": keys.revoked,
    "key.rotation-undone": keys.restored,
    "incident.opened": incidents.changed,
    "incident.changed": incidents.changed,
    "action.done": actions.done,
    "action.undone": actions.undone,
    "account.created": accounts.changed,
    "account.password": accounts.changed,
    "account.reset": accounts.changed,
    "store.pruned": traffic.carried,
    "model.registered": models.registered,
    "model.evaluated": models.evaluated,
    "model.promoted": models.promoted,
    "model.rolled-back": models.rolled_back,
    "review.queued": reviews.queued,
    "review.labelled": reviews.labelled,
    "review.quarantined": reviews.quarantined,
    "campaign.changed": campaigns.changed,
    "mcp.tools-seen": tools.seen,
    "mcp.tool-approved": tools.approved,
    "mcp.tool-forgotten": tools.forgotten,
}


def changes(seq: int, event: Event) -> list[Change]:
    """Everything an event changes, from the event alone.

    Raises ValueError, KeyError, TypeError or msgspec.ValidationError for data that is not what its kind demands.
    """
    data = event.data
    made: list[Change] = []
    if "decision" in data or "shadow" in data:
        made += decisions.made(seq, event)
    if data.get("findings"):
        made += findings.found(seq, event)
    if event.kind.startswith("call."):
        made += traffic.called(seq, event)
        made += usage.called(seq, event)
    elif handler := _BY_KIND.get(event.kind):
        made += handler(seq, event)
    if event.kind == "store.pruned":
        made += usage.carried(seq, event)
    return made
