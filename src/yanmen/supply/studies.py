"""How one target of each kind is looked at: a model file, a package, a data set, what is installed somewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from yanmen.core.nouns import Finding, Ref, Unexamined
from yanmen.supply.datasets.bounds import Options
from yanmen.supply.datasets.recognising import looks_like_dataset
from yanmen.supply.models.sources.files import ModelFiles, open_model
from yanmen.supply.packages.opening import environment, looks_like_package, node_modules, open_package
from yanmen.supply.packages.package import Package
from yanmen.supply.packages.pairing import beside
from yanmen.supply.report import Result
from yanmen.supply.targets import Component
from yanmen.supply.walk import INSTALLED, File, Walk, unexamined

Part = Literal["model", "package", "dataset"]
_PACKED = (".whl", ".zip", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar")
_ROWS = (
    ".jsonl",
    ".ndjson",
    ".csv",
    ".tsv",
    ".parquet",
    ".jsonl.gz",
    ".csv.gz",
    ".tsv.gz",
    ".jsonl.zst",
    ".csv.zst",
    ".tsv.zst",
)


class Unit(NamedTuple):
    """A file that is a target of its own."""

    kind: Part
    path: Path
    name: str
    """As it is shown."""
    against: tuple[Path, ...] = ()
    """Of a data set: benchmarks whose questions must not be in it. Of a package: its other form, the release before it. Of a model:
    folders of libraries whose source says what its classes do."""


class Said:
    """What is said of a target, told apart; each thing once."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._findings: dict[Finding, None] = {}
        self._gaps: dict[Unexamined, None] = {}

    def take(self, claims: Iterable[Finding | Unexamined]) -> None:
        """Hear it all."""
        for one in claims:
            if isinstance(one, Finding):
                self._findings[one] = None
            else:
                self._gaps[one] = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """In the order in which they were said."""
        return tuple(self._findings)

    @property
    def unexamined(self) -> tuple[Unexamined, ...]:
        """The same of what could not be judged."""
        return tuple(self._gaps)


def units(place: Path, wanted: frozenset[Part]) -> Iterator[Unit | Unexamined]:
    """Every file below a place, or the place itself, that is a model, a package or a data set; what could not be looked for."""
    others = list(_others(place, wanted)) if wanted & {"package", "dataset"} else []
    packed = {unit.path for unit in others if unit.kind == "package"}  # what they carry is judged with them
    if "model" in wanted:
        yield from (one for one in _models(place) if isinstance(one, Unexamined) or one.path not in packed)
    yield from others


def _others(place: Path, wanted: frozenset[Part]) -> Iterator[Unit]:
    """Packages and data sets, by their names and their content."""
    for file in Walk(place):
        if isinstance(file, File) and not file.outside and not file.inside:
            kind = _kind(file, place, wanted)
            if kind:
                yield Unit(kind, _path(place, file), file.at())


def _models(place: Path) -> Iterator[Unit | Unexamined]:
    """By their content, as the readers of models tell."""
    for found in ModelFiles().targets(str(place)):
        if isinstance(found, Unexamined):
            yield found
        else:
            yield Unit("model", Path(found.name), _shown(place, Path(found.name)))


def _kind(file: File, place: Path, wanted: frozenset[Part]) -> Part | None:
    """By its name first, so that not every file is opened; then by its content."""
    low = file.name.lower()
    path = _path(place, file)
    if "package" in wanted and low.endswith(_PACKED) and looks_like_package(path):
        return "package"
    if "dataset" in wanted and low.endswith(_ROWS) and looks_like_dataset(path):
        return "dataset"
    return None


def _path(place: Path, file: File) -> Path:
    return place / file.path if place.is_dir() else place


def _shown(place: Path, path: Path) -> str:
    return str(path.relative_to(place)) if path != place and path.is_relative_to(place) else str(path)


def paired(found: list[Unit]) -> list[Unit]:
    """The same, packages with what lies beside them to be compared with: a wheel's source, the release before."""
    others = beside(one.path for one in found if one.kind == "package")
    return [
        one._replace(against=(*one.against, *others.get(one.path, ()))) if one.kind == "package" else one
        for one in found
    ]


def study(unit: Unit, known: str = "") -> Result:
    """Look at one file. ``known``: its SHA-256 in hex, where somebody has read it already."""
    return _STUDIES[unit.kind](unit, known)


def _model(unit: Unit, known: str) -> Result:
    from yanmen.supply.models.examine import look  # noqa: PLC0415  # many readers, for those who have models

    try:
        examined = look(open_model(unit.path, unit.name), digest=known, libraries=unit.against)
    except OSError as error:
        gap = unexamined(unit.name, "unreadable", error.strerror or str(error))
        return Result(path=unit.name, kind="model", unexamined=(gap,), proof="unknown", format="unknown")
    return Result(
        path=unit.name,
        kind="model",
        findings=examined.findings,
        unexamined=examined.unexamined,
        proof=examined.proof,
        format=examined.format,
        steps=examined.steps,
        digests=examined.digests,
        facts=examined.facts,
    )


def _package(unit: Unit, known: str) -> Result:
    from yanmen.supply.models.carried import carried  # noqa: PLC0415  # many readers, for those who have packages
    from yanmen.supply.packages.examining import examine as examine_package  # noqa: PLC0415  # the machine, where it runs

    package = open_package(unit.path, unit.name)
    if isinstance(package, Unexamined):
        return Result(path=unit.name, kind="package", unexamined=(package,))
    said = Said()
    said.take(examine_package(package, against=[open_package(other, other.name) for other in unit.against]))
    said.take(carried(open_model(unit.path, unit.name), package.ref))
    component = Component(
        purl=package.purl,
        ecosystem=package.ecosystem,
        name=package.name,
        version=package.version,
        how="locked",
        where=unit.name,
    )
    return Result(
        path=unit.name,
        kind="package",
        findings=said.findings,
        unexamined=said.unexamined,
        components=(component,),
        digests={"sha256": known or digest(unit.path)},
    )


def _dataset(unit: Unit, _known: str) -> Result:
    from yanmen.supply.datasets.examination import examine as examine_dataset  # noqa: PLC0415  # numpy, where it counts

    found = examine_dataset(unit.path, options=Options(against=unit.against), name=unit.name)
    return Result(
        path=unit.name,
        kind="dataset",
        findings=found.findings,
        unexamined=found.unexamined,
        facts={name: str(value) for name, value in found.facts.items()},
        suspects=found.suspects,
    )


_STUDIES: dict[Part, Callable[[Unit, str], Result]] = {
    "model": _model,
    "package": _package,
    "dataset": _dataset,
}


def installed(place: Path, progress: Callable[[str, int, int], None]) -> Iterator[Finding | Unexamined]:
    """What the packages that were installed below a place do."""
    packages: list[Package | Unexamined] = []
    for folder in sorted(_folders(place)):
        packages += node_modules(folder) if folder.name == "node_modules" else environment(folder)
    if not packages:
        return
    from yanmen.supply.packages.examining import examine as examine_package  # noqa: PLC0415  # the machine, where it runs

    for done, package in enumerate(packages):
        if isinstance(package, Unexamined):
            yield package
            continue
        progress(package.purl, done, len(packages))
        yield from examine_package(package)


def unread(place: Path, components: Iterable[Component]) -> Iterator[Unexamined]:
    """What of an image is listed and was not looked into: its files are read where they lie in layers, no further."""
    subject = Ref(kind="image", id=str(place))
    listed = list(components)
    installed = sum(one.how == "installed" and one.ecosystem in {"PyPI", "npm"} for one in listed)
    models = sum(one.facts.get("kind") == "model" for one in listed)
    for count, what in (
        (installed, "installed packages: what they do"),
        (models, "model files: what they hold"),
    ):
        if count:
            detail = f"{count} {what} was not examined inside the image"
            yield Unexamined(subject=subject, reason="not-checked", detail=detail)


def _folders(place: Path) -> set[Path]:
    """Every folder that a package manager filled; of those within another's only the outer."""
    found: set[Path] = set()
    for file in Walk(place):
        if isinstance(file, File) and file.inside:
            parts = (place.name, *file.path.split("/"))
            index = next(at for at, name in enumerate(parts) if name in INSTALLED)
            found.add(place.joinpath(*parts[1 : index + 1]))
    return found


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hex; nothing where it cannot be read."""
    try:
        with open_model(path).open() as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]  # a binary stream
    except OSError:
        return ""
