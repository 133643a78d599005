"""Which version of each component nothing known touches, and what a plan is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from yanmen.core.nouns import Noun, Phrase, Unexamined
from yanmen.core.redaction import visible
from yanmen.intel.advisories.ecosystems import ecosystem as known
from yanmen.supply.targets import Component

_STEPS = 20
"""Versions that are looked at, each because the one before is hit too."""
ECOSYSTEMS = ("PyPI", "npm")


class Hit(Protocol):
    """As intel says it: its ids, and the versions that mend it in the branch that is in use."""

    @property
    def ids(self) -> tuple[str, ...]: ...  # noqa: D102

    @property
    def fixed(self) -> tuple[str, ...]: ...  # noqa: D102


class Match(Protocol):
    """What is known of one version."""

    @property
    def found(self) -> Sequence[Hit]: ...  # noqa: D102


Matching = Callable[[str, str, str], Match]
"""Of an ecosystem, a name and a version."""
Ways = Callable[[str], Sequence[tuple[str, ...]]]
"""Of a package URL: the ways from what the project asks for down to it."""


class Edit(Noun, frozen=True):
    """One change to one manifest."""

    path: str
    """From the project's root."""
    line: int
    name: str
    before: str
    """As it stands; empty: it is added."""
    after: str
    version: str
    """The least version that it is for."""
    ids: tuple[str, ...]
    """Advisories that it answers, one name each."""
    notes: tuple[Phrase, ...] = ()


class Remaining(Noun, frozen=True):
    """What no edit takes away."""

    purl: str
    ids: tuple[str, ...]
    why: Phrase


class Plan(Noun, frozen=True):
    """What to change, and what it brings."""

    why: Phrase
    """What the resolver said, or why it was not asked."""
    edits: tuple[Edit, ...] = ()
    patch: str = ""
    """Unified; applies with ``patch -p1`` or ``git apply``."""
    cleared: tuple[tuple[str, str], ...] = ()
    """Package URL and advisory of each finding that goes."""
    remaining: tuple[Remaining, ...] = ()
    resolved: bool | None = None
    """Whether a resolver found versions for the manifests as they would be; None: it was not asked, or could not answer."""
    files: Mapping[str, str] = {}
    """Each manifest that changes, as it would be."""
    unexamined: tuple[Unexamined, ...] = ()
    """Manifests that could not be read."""


class Want(Noun, frozen=True):
    """One package that must be at least of a version."""

    ecosystem: str
    name: str
    version: str
    purls: tuple[str, ...]
    ids: tuple[str, ...]
    current: str
    """The newest version of it that is in use."""


UNFIXED = Phrase(en="no version is known that mends it", zh="尚无已知的修复版本")
_UNKNOWN = Phrase(
    en="its version, or the one that mends it, cannot be compared", zh="当前版本或修复版本无法比较"
)
_WITHIN = Phrase(
    en="it is a copy within another package: upgrade that one",
    zh="它是其他软件包内嵌的副本：请升级那个软件包",
)
_UNPLANNED = Phrase(en="upgrades are planned for PyPI and npm only", zh="升级方案仅支持 PyPI 与 npm")


def order(ecosystem: str, version: str) -> Any:
    """A version as advisories of its ecosystem compare it; ValueError where it is none, or nobody knows the order."""
    compared = known(ecosystem).order
    if compared is None:
        raise ValueError(version)
    return compared(version)


def major(version: str) -> str:
    """The first number of it."""
    return version.lstrip("v=").partition(".")[0]


def wants(
    components: Iterable[Component], hits: Mapping[str, Sequence[Hit]], match: Matching | None
) -> tuple[list[Want], list[Remaining]]:
    """What must rise, and what no version takes away. ``hits``: by package URL."""
    groups: dict[tuple[str, str], list[Component]] = {}
    left: list[Remaining] = []
    for one in {one.purl: one for one in components if hits.get(one.purl)}.values():
        if one.how == "vendored":
            left.append(_left(one.purl, hits[one.purl], _WITHIN))
        elif one.ecosystem in ECOSYSTEMS:
            groups.setdefault((one.ecosystem, one.name), []).append(one)
        else:
            left.append(_left(one.purl, hits[one.purl], _UNPLANNED))
    found: list[Want] = []
    for (ecosystem, name), several in sorted(groups.items()):
        try:
            want = _want(ecosystem, name, several, hits, match)
        except ValueError:
            left += [_left(one.purl, hits[one.purl], _UNKNOWN) for one in several]
            continue
        if want.version and all(one.how == "mentioned" for one in several):
            left += [_elsewhere(one, hits[one.purl], want.version) for one in several]
        elif want.version:
            found.append(want)
        left += [
            _left(one.purl, unfixed, UNFIXED)
            for one in several
            if (unfixed := [hit for hit in hits[one.purl] if not hit.fixed])
        ]
    return found, left


def _elsewhere(one: Component, hits: Iterable[Hit], version: str) -> Remaining:
    """Asked for by a command of a Dockerfile, a notebook or a script, where nothing in a manifest would change it."""
    place = visible(one.where.replace("#L", ":"))
    why = Phrase(
        en=f"{place} installs it: ask there for {version} or newer",
        zh=f"由 {place} 安装：请在该处改为 {version} 或更高版本",
    )
    return _left(one.purl, [hit for hit in hits if hit.fixed], why)


def _left(purl: str, hits: Iterable[Hit], why: Phrase) -> Remaining:
    return Remaining(purl=purl, ids=tuple(hit.ids[0] for hit in hits), why=why)


def _want(
    ecosystem: str,
    name: str,
    several: Sequence[Component],
    hits: Mapping[str, Sequence[Hit]],
    match: Matching | None,
) -> Want:
    current = max((one.version for one in several), key=lambda version: order(ecosystem, version))
    mended = [hit for one in several for hit in hits[one.purl] if hit.fixed]
    target = _newest(ecosystem, (version for hit in mended for version in hit.fixed))
    for _ in range(_STEPS if match and target else 0):
        further = [hit for hit in match(ecosystem, name, target).found if hit.fixed] if match else []
        higher = _newest(ecosystem, (version for hit in further for version in hit.fixed))
        if not higher or order(ecosystem, higher) <= order(ecosystem, target):
            break
        target = higher
    return Want(
        ecosystem=ecosystem,
        name=name,
        version=target,
        purls=tuple(one.purl for one in several),
        ids=tuple(dict.fromkeys(hit.ids[0] for hit in mended)),
        current=current,
    )


def _newest(ecosystem: str, versions: Iterable[str]) -> str:
    return max(versions, key=lambda version: order(ecosystem, version), default="")
