"""A package as it lies there: its name, its members, what its metadata says. Nothing of it is ever run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from yanmen.core.cached import cached_property
from yanmen.core.nouns import Noun, Ref, Unexamined, Where
from yanmen.supply.targets import Artifact

Kind = Literal["sdist", "wheel", "npm", "installed", "tree"]
Ecosystem = Literal["PyPI", "npm"]


class Bounds(Noun, frozen=True):
    """How much of a package is looked at. What lies beyond is said to be unexamined."""

    members: int = 50_000
    """Members of a package."""
    source: int = 2_000_000
    """Bytes of one source file."""
    held: int = 256_000_000
    """Bytes that are unpacked of one package."""
    steps: int = 3_000_000
    """Steps of abstract reading of one package."""
    module_steps: int = 400_000
    """Steps of abstract reading of one module."""


class Metadata(Noun, frozen=True):
    """What a package says of itself."""

    name: str = ""
    version: str = ""
    summary: str = ""
    description: str = ""
    """The long one, cut to 20,000 characters."""
    links: tuple[str, ...] = ()
    author: str = ""
    needs: tuple[str, ...] = ()
    """Requirements, as given."""
    scripts: Mapping[str, str] = {}
    """npm: the name of a life cycle's moment to its command."""
    entry_points: Mapping[str, tuple[str, ...]] = {}
    """PyPI: group to ``name = module:attribute``; npm: ``main`` and ``bin`` to paths."""
    backend: str = ""
    """The build backend that pyproject.toml names; empty: setuptools."""
    backend_paths: tuple[str, ...] = ()
    """``backend-path``: where an in-tree backend lies."""
    known: bool = False
    """Whether metadata was found at all."""


class Note(Noun, frozen=True):
    """What is wrong with how a package is packed."""

    what: Literal["traversal", "link", "duplicate", "special", "other-name", "nested", "hash"]
    member: str
    detail: str = ""


@dataclass(frozen=True)
class Package:
    """A target: one version of a package."""

    name: str
    version: str
    ecosystem: Ecosystem
    kind: Kind
    members: Mapping[str, Artifact]
    """Path inside the package, with the folder that archives put around it taken off, to what lies there."""
    metadata: Metadata = field(default_factory=Metadata)
    notes: tuple[Note, ...] = ()
    unexamined: tuple[Unexamined, ...] = ()
    """What of it could not be unpacked."""
    shown: str = ""
    """What it was opened from; stands before the member's path in findings."""

    @cached_property
    def purl(self) -> str:
        """The package URL, with the version where there is one."""
        kind = {"PyPI": "pypi", "npm": "npm"}[self.ecosystem]
        name = "/".join(quote(part, safe="") for part in self.name.split("/")) or "unnamed"
        return f"pkg:{kind}/{name}" + (f"@{quote(self.version, safe='')}" if self.version else "")

    @property
    def ref(self) -> Ref:
        """The package URL as a name across rooms."""
        return Ref.parse(self.purl)

    def where(self, member: str, line: int = 0) -> Where:
        """A place in it: ``x.whl!pkg/a.py#L3``."""
        path = f"{self.shown}!{member}" if self.shown else member
        return Where(part=path + (f"#L{line}" if line else ""))

    def cannot(self, reason: str, detail: str, member: str = "", line: int = 0) -> Unexamined:
        """What of it could not be judged."""
        return Unexamined(subject=self.ref, reason=reason, detail=detail, where=self.where(member, line))
