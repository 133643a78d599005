"""The models that a package brings in its archive. Its code is judged by the readers of packages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from yanmen.core.nouns import Finding, Ref, Unexamined, Where
from yanmen.core.redaction import visible
from yanmen.supply.models import containers
from yanmen.supply.models.bounds import FAULTS, Bounds, Unjudged
from yanmen.supply.models.examine import examine
from yanmen.supply.models.scouting import LOOKING, NAMED, TEXTS, holds_model, opened
from yanmen.supply.models.sniffing import claimed, sniff
from yanmen.supply.models.windows import settled
from yanmen.supply.targets import Artifact


def carried(artifact: Artifact, subject: Ref) -> Iterator[Finding | Unexamined]:
    """What its models were found to be, and what of it could not be looked into. ``subject``: the package, as claims name it."""
    looking, judging = Bounds(subject, examine, LOOKING), Bounds(subject, examine)
    try:
        with ExitStack() as stack:
            whole, kind = artifact, sniff(artifact)
            if kind == "compressed":
                whole = stack.enter_context(settled(opened(artifact, looking)))
                kind = sniff(whole)
            if kind in {"zip", "tar"}:
                for member in containers.members(whole, kind, looking):
                    yield from _member(member, looking, judging)
    except Unjudged as error:
        yield _gap(subject, artifact.name, error.reason, error.detail)
    except FAULTS as error:
        yield _gap(subject, artifact.name, "malformed", f"{type(error).__name__}: {error}")


def _member(member: Artifact | Unjudged, looking: Bounds, judging: Bounds) -> Iterator[Finding | Unexamined]:
    if isinstance(member, Unjudged):
        yield _gap(looking.subject, looking.subject.id, member.reason, member.detail)
        return
    try:
        with settled(member) as whole:
            named = claimed(whole.name) in NAMED and sniff(whole) not in TEXTS
            if named or holds_model(whole, looking):
                found = judging.inside(whole)
                yield from found.findings
                yield from found.unexamined
    except Unjudged as error:
        yield _gap(looking.subject, member.name, error.reason, error.detail)


def _gap(subject: Ref, place: str, reason: str, detail: str) -> Unexamined:
    return Unexamined(subject=subject, reason=reason, detail=visible(detail), where=Where(part=place))
