"""Which policy is in force and whether a changed file was refused, from the events that doors and console wrote of it."""

from __future__ import annotations

from collections.abc import Iterable

from yanmen.core.nouns import Event, Noun, Phrase

KINDS = ("policy.loaded", "policy.refused")


class Refused(Noun, frozen=True):
    """Policy files as they are now, which are not in force."""

    since: int
    """When they were first refused since the policy in force was loaded; microseconds, UTC."""
    where: str
    """``file:line`` as it was last refused; a file where no line is to blame."""
    message: Phrase
    """What is wrong with it."""


class Status(Noun, frozen=True):
    """The policy in force."""

    revision: str
    since: int
    """Since when it is known to be, by the events given; microseconds, UTC."""
    files: tuple[str, ...]
    """``built-in`` where no file is named."""
    refused: Refused | None = None
    """Nothing where the files as they are now are in force."""


def status_of(events: Iterable[Event]) -> Status | None:
    """What events say together, the oldest first; those that are not on policy say nothing. None where none is.

    A refusal says what it left in force, so the events may begin with one.
    """
    first: Event | None = None
    refused: list[Event] = []
    for event in events:
        if event.kind not in KINDS:
            continue
        if first is None or _revision(first) != _revision(event):
            first = event
        refused = [*refused, event] if event.kind == "policy.refused" else []
    if first is None:
        return None
    return Status(
        revision=_revision(first),
        since=first.at,
        files=tuple(first.data["files"]),
        refused=_refused(refused[0].at, refused[-1]) if refused else None,
    )


def _revision(event: Event) -> str:
    return str(event.data["kept" if event.kind == "policy.refused" else "revision"])


def _refused(since: int, last: Event) -> Refused:
    said = last.data["message"]
    where = last.data["where"] or ", ".join(last.data["files"])
    return Refused(since=since, where=where, message=Phrase(en=said["en"], zh=said["zh"]))
