"""What a package says of itself: its name beside popular ones, its version, its links, how it is packed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from yanmen.core.nouns import Finding, Rule, Unexamined, Where
from yanmen.core.plugins import Detector
from yanmen.core.redaction import visible
from yanmen.supply.packages import rules
from yanmen.supply.packages.behaviour import Behaviour
from yanmen.supply.packages.names.likeness import alike
from yanmen.supply.packages.reading.effects import Trigger

_CONFUSION = 90
"""A first number of a version from which it is made to win: published cases use 99, 999, 100.100.100."""
_YEARS = range(1990, 2100)
_ADDRESS = re.compile(r"@\s*(https?://\S+|git\+http://\S+)")
_FAR = re.compile(r"^(?!https://(?:codeload\.)?github\.com/|https://gitlab\.com/)https?://")
_SHAPES = {
    "separator": "other separators",
    "transposed": "two letters exchanged",
    "keyboard": "a neighbouring key",
    "edit": "one letter more, less or other",
    "look-alike": "letters that look alike",
    "affix": "something added",
    "scope": "a scope written otherwise",
}


class Naming(Detector[Behaviour]):
    """Names, versions, metadata, dependencies by address, and the packing of an archive."""

    rules = (
        rules.TYPOSQUAT, rules.COMBOSQUAT, rules.SCOPE, rules.VERSION, rules.METADATA, rules.FETCHES_DEPENDENCY, rules.OTHER_NAME,
        rules.DEPENDS_ON_LOOKALIKE,        rules.PACKED_WRONG, rules.TWICE,
    )  # fmt: skip

    def detect(self, target: Behaviour) -> Iterator[Finding | Unexamined]:
        """What is odd in what it says."""
        package = target.package
        if package.kind != "tree" and package.name:
            found = alike(package.name, package.ecosystem)
            if found is not None:
                rule = {"affix": rules.COMBOSQUAT, "scope": rules.SCOPE}.get(found.how, rules.TYPOSQUAT)
                yield _plain(target, rule, 0.6, f"{package.name} is like {found.name}: {_SHAPES[found.how]}")
        yield from _version(target)
        yield from _dependencies(target)
        yield from _lookalikes(target)
        said = package.metadata
        if (
            said.known
            and not said.summary
            and not said.description.strip()
            and not said.links
            and package.kind != "tree"
        ):
            yield _plain(target, rules.METADATA, 0.5, "no summary, no description, no link")
        yield from _packing(target)


def _plain(target: Behaviour, rule: Rule, confidence: float, said: str, member: str = "") -> Finding:
    where = target.package.where(member) if member else Where(part=target.package.shown)
    return Finding(
        rule=rule, subject=target.package.ref, confidence=confidence, evidence=visible(said), where=where
    )


def _version(target: Behaviour) -> Iterator[Finding]:
    package = target.package
    first = package.version.partition(".")[0]
    if first.isdigit() and int(first) >= _CONFUSION and int(first) not in _YEARS and len(first) < 5:  # noqa: PLR2004  # not a date
        acts = target.doing("sends", "looks-up", "runs-command", "receives", least=Trigger.IMPORT)
        yield _plain(target, rules.VERSION, 0.8 if acts else 0.4, f"version {package.version}")


def _dependencies(target: Behaviour) -> Iterator[Finding]:
    for need in target.package.metadata.needs:
        found = _ADDRESS.search(need)
        if found and _FAR.match(found[1]):
            yield _plain(
                target,
                rules.FETCHES_DEPENDENCY,
                0.8,
                need,
                "package.json" if target.package.ecosystem == "npm" else "METADATA",
            )


def _lookalikes(target: Behaviour) -> Iterator[Finding]:
    """Dependencies whose names are slips of popular ones', and that no code of the package names."""
    package = target.package
    slips = {}
    for need in package.metadata.needs[:200]:
        name = (
            need.rpartition("@")[0]
            if package.ecosystem == "npm"
            else _NEED.split(need.strip(), maxsplit=1)[0].lower()
        )
        found = alike(name, package.ecosystem) if name and "extra ==" not in need else None
        if found is not None and found.how in _SLIPS:
            slips[name] = found
    for name in _unused(target, slips):
        found = slips[name]
        said = f"{name} is like {found.name}: {_SHAPES[found.how]}; nothing uses it"
        yield _plain(target, rules.DEPENDS_ON_LOOKALIKE, 0.7, said)


_NEED = re.compile(r"[^\w.-]")
_SLIPS = frozenset({"transposed", "keyboard", "edit", "look-alike"})
_CODE = (".py", ".js", ".cjs", ".mjs", ".ts", ".tsx", ".jsx")
_LONGEST = 400_000


def _unused(target: Behaviour, names: Iterable[str]) -> list[str]:
    """Those packages that no file of code names. Each file is read once."""
    left = {name: _written(name) for name in names}
    for member, artifact in target.package.members.items() if left else ():
        if member.endswith(_CODE):
            try:
                data = artifact.read(0, _LONGEST)
            except OSError:
                return []
            left = {name: forms for name, forms in left.items() if not any(one in data for one in forms)}
    return list(left)


def _written(name: str) -> set[bytes]:
    """How code may write the name of a package."""
    return {name.encode(), name.replace("-", "_").encode(), name.replace("-", ".").encode()}


def _packing(target: Behaviour) -> Iterator[Finding]:
    for note in target.package.notes[:20]:
        rule = {
            "traversal": rules.PACKED_WRONG, "link": rules.PACKED_WRONG, "duplicate": rules.TWICE, "other-name": rules.OTHER_NAME,
        }.get(note.what)  # fmt: skip
        if rule is not None and not (note.what == "link" and target.package.kind in {"installed", "tree"}):
            yield _plain(target, rule, 0.8, f"{note.member} {note.detail}".strip(), note.member)
