"""From findings to a plan: what must rise, where it is written, whether it can be installed, what is left over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from yanmen.core.nouns import Phrase, Unexamined
from yanmen.core.redaction import visible
from yanmen.supply.documents.text import text
from yanmen.supply.targets import Component
from yanmen.supply.upgrades.drafting import CONSTRAINTS, Draft, draft, kind
from yanmen.supply.upgrades.resolving import Outcome, Resolver
from yanmen.supply.upgrades.wanted import Hit, Matching, Plan, Remaining, Want, Ways, wants
from yanmen.supply.walk import UnreadError, Walk, unexamined

_LARGEST = 8 << 20
_TRIED = 6
"""Constraints that are tried for being idle."""
NOT_ASKED = Phrase(en="not resolved: no resolver was asked", zh="未解析验证：未调用依赖解析器")
NOTHING = Phrase(en="nothing to change", zh="无需修改")
_NOWHERE = Phrase(en="no manifest that could ask for another version is at hand", zh="没有可供修改的依赖清单")


def plan(
    components: Iterable[Component],
    hits: Mapping[str, Sequence[Hit]],
    manifests: Iterable[Path],
    *,
    root: Path,
    ways: Ways | None = None,
    match: Matching | None = None,
    resolver: Resolver | None = None,
) -> Plan:
    """The fewest edits that take the findings away.

    ``hits``: by package URL; ``manifests``: files within ``root``; ``ways``: from a package URL to who pulls it in
    (``merging.Graph.why``); ``match``: what is known of other versions (``Advisories.match``), so that no version is proposed that
    is hit itself; ``resolver``: None offline.
    """
    wanted, left = wants(components, hits, match)
    files, unread = _read(manifests, root)
    drafted = draft(files, wanted, ways=ways)
    outcome = Outcome(None, NOT_ASKED)
    if resolver is not None and drafted.edits:
        near = _Near(resolver, {edit.path.rpartition("/")[0] for edit in drafted.edits})
        drafted, outcome, wanted = _asked(files, wanted, drafted, near, ways)
        if outcome.solved is False:
            drafted, outcome, wanted, clashing = _settled(files, wanted, drafted, outcome, near, ways)
            left += clashing
    lacking = {want.name for want in drafted.lacking}
    left += [
        Remaining(purl=purl, ids=want.ids, why=_NOWHERE) for want in drafted.lacking for purl in want.purls
    ]
    changed = {path: text for path, text in drafted.files.items() if files.get(path) != text}
    return Plan(
        why=outcome.why if drafted.edits else NOTHING,
        edits=drafted.edits,
        patch=drafted.patch(files),
        cleared=tuple(
            (purl, one)
            for want in wanted
            if want.name not in lacking
            for purl in want.purls
            for one in want.ids
        ),
        remaining=tuple(left),
        resolved=outcome.solved,
        files=changed,
        unexamined=tuple(unread),
    )


def _read(manifests: Iterable[Path], root: Path) -> tuple[dict[str, str], list[Unexamined]]:
    files: dict[str, str] = {}
    unread: list[Unexamined] = []
    walk = Walk(root)
    for path in sorted(set(manifests)):
        inside = (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()
        if not kind(inside):
            continue
        file = walk.find(inside)
        if file is None:
            unread.append(unexamined(inside, "unreadable", "not a regular file"))
            continue
        try:
            files[inside] = text(file, _LARGEST)
        except UnreadError as error:
            unread.append(unexamined(inside, error.reason, error.detail))
    return files, unread


def _asked(
    files: Mapping[str, str], wanted: list[Want], drafted: Draft, resolver: Resolver, ways: Ways | None
) -> tuple[Draft, Outcome, list[Want]]:
    """The draft as the resolver takes it: without constraints that are none, with what must move for the others, with hashes."""
    added = {edit.name for edit in drafted.edits if not edit.before}
    if added:
        drafted = _without_idle(files, wanted, drafted, resolver, ways, added)
    outcome = resolver.resolve(drafted.files, frozenset())
    if outcome.solved is False and added:
        wanted, drafted, outcome = _moved(files, wanted, drafted, outcome, resolver, ways)
    if outcome.solved and outcome.hashes:
        kept = [want for want in wanted if any(edit.name == want.name for edit in drafted.edits)]
        again = draft(files, kept, ways=ways, hashes=_for_target(outcome, kept))
        drafted = Draft(again.files, again.edits, drafted.lacking)
    return drafted, outcome, wanted


def _settled(
    files: Mapping[str, str],
    wanted: list[Want],
    drafted: Draft,
    outcome: Outcome,
    resolver: Resolver,
    ways: Ways | None,
) -> tuple[Draft, Outcome, list[Want], list[Remaining]]:
    """As many of the wants as go together, one after the other; the rest remains, with what the resolver says of it."""
    if len(wanted) > _TRIED or resolver.resolve(files, frozenset()).solved is False:
        return drafted, outcome, wanted, []  # too many to try, or it could not be installed before either
    kept: list[Want] = []
    left: list[Remaining] = []
    best = Outcome(None, NOTHING)
    for want in wanted:
        told = resolver.resolve(draft(files, [*kept, want], ways=ways).files, frozenset())
        if told.solved is False:
            left += [Remaining(purl=purl, ids=want.ids, why=told.why) for purl in want.purls]
        else:
            kept, best = [*kept, want], told
    return draft(files, kept, ways=ways), best, kept, left


class _Near(Resolver):
    """Asks of the folders that change only: what cannot be installed elsewhere is not this plan's."""

    def __init__(self, resolver: Resolver, folders: set[str]) -> None:
        self._resolver, self._folders = resolver, folders

    def resolve(self, files: Mapping[str, str], loosened: frozenset[str]) -> Outcome:
        """Of the manifests in these folders."""
        near = {path: content for path, content in files.items() if path.rpartition("/")[0] in self._folders}
        return self._resolver.resolve(near, loosened)


def _for_target(outcome: Outcome, wanted: Iterable[Want]) -> dict[str, Sequence[str]]:
    """Hashes are of the version that the resolver took; they are for our line only where that is the same."""
    return {
        want.name: outcome.hashes.get(want.name, ())
        for want in wanted
        if outcome.versions.get(want.name) == want.version
    }


def _without_idle(
    files: Mapping[str, str],
    wanted: list[Want],
    drafted: Draft,
    resolver: Resolver,
    ways: Ways | None,
    added: set[str],
) -> Draft:
    """Where direct edits alone leave no way for the old version, the constraint is not written."""
    direct = draft(files, wanted, ways=ways, direct=True)
    if not direct.edits or not resolver.resolve(direct.files, frozenset()).solved:
        return drafted
    held = {edit.name: edit.path.rpartition("/")[0] for edit in drafted.edits if not edit.before}
    idle = {
        want.name
        for want in [want for want in wanted if want.name in added and want.ecosystem == "PyPI"][:_TRIED]
        if resolver.resolve(_below(direct.files, held[want.name], want), frozenset()).solved is False
    }
    return draft(files, [want for want in wanted if want.name not in idle], ways=ways) if idle else drafted


def _below(files: Mapping[str, str], folder: str, want: Want) -> dict[str, str]:
    """The manifests with a constraint that only older versions meet."""
    path = f"{folder}/{CONSTRAINTS}" if folder else CONSTRAINTS
    return {**files, path: f"{files.get(path, '')}\n{want.name}<{want.version}\n"}


def _moved(
    files: Mapping[str, str],
    wanted: list[Want],
    drafted: Draft,
    outcome: Outcome,
    resolver: Resolver,
    ways: Ways | None,
) -> tuple[list[Want], Draft, Outcome]:
    """Where what the project asks for itself holds a dependency back, it moves too, as far as the resolver takes it."""
    held = {edit.name for edit in drafted.edits if not edit.before}
    parents: dict[str, Want] = {}
    for want in wanted:
        for way in (
            [way for purl in want.purls for way in (ways(purl) if ways else ())] if want.name in held else []
        ):
            name, version = _named(way[0])
            parents[name] = Want(
                ecosystem=want.ecosystem, name=name, version="", purls=(), ids=want.ids, current=version
            )
    loose = resolver.resolve(drafted.files, frozenset(parents))
    if not parents or not loose.solved:
        return wanted, drafted, outcome
    moved = [
        Want(
            ecosystem=one.ecosystem,
            name=name,
            version=loose.versions[name],
            purls=(),
            ids=one.ids,
            current=one.current,
        )
        for name, one in parents.items()
        if loose.versions.get(name, one.current) != one.current and name not in {want.name for want in wanted}
    ]
    further = [*wanted, *moved]
    again = draft(files, further, ways=ways)
    told = resolver.resolve(again.files, frozenset())
    return (further, again, told) if told.solved else (wanted, drafted, outcome)


def _named(purl: str) -> tuple[str, str]:
    name, _, version = purl.partition("?")[0].rpartition("/")[2].partition("@")
    return visible(name), version
