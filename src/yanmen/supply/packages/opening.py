"""Opens packages: archives by their content, installed ones by their records, folders of Node, source trees."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from yanmen.core.nouns import Ref, Unexamined, Where
from yanmen.supply.packages import metadata as says
from yanmen.supply.packages.archives import BROKEN, Opened, tar_members, zip_members
from yanmen.supply.packages.package import Bounds, Metadata, Note, Package
from yanmen.supply.targets import Artifact

_ZIP = b"PK\x03\x04"
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_TAR_MAGIC = slice(257, 262)
_SKIPPED = frozenset({".git", "node_modules", "__pycache__", ".venv", "venv", ".tox", ".mypy_cache"})
STARTERS = frozenset({"sitecustomize.py", "usercustomize.py"})
"""Files that Python runs whenever it starts, where they lie on its path."""


def open_package(path: Path, name: str = "", bounds: Bounds | None = None) -> Package | Unexamined:
    """A wheel, a source distribution or an npm tarball. What is none of them, or broken, is an Unexamined."""
    shown = name or path.name
    bounds = bounds or Bounds()
    try:
        artifact = Artifact.of(path)
        opened = _opened(artifact, bounds)
    except BROKEN as error:
        return _cannot(shown, "unreadable", f"{type(error).__name__}: {error}"[:200])
    if opened is None:
        return _cannot(shown, "unsupported", "neither a zip nor a tar file")
    return _packed(opened, shown, path.name)


_SAY = ("PKG-INFO", "package.json", "setup.py", "pyproject.toml")
"""Files of which a source distribution or an npm tarball has one in its folder."""


def looks_like_package(path: Path) -> bool:
    """Whether a file is a wheel, a source distribution or an npm tarball, by its content."""
    found = open_package(path, bounds=Bounds(members=2_000, source=65_536, held=32_000_000))
    return isinstance(found, Package) and found.metadata.known


def _cannot(shown: str, reason: str, detail: str) -> Unexamined:
    return Unexamined(
        subject=Ref(kind="file", id=shown), reason=reason, detail=detail, where=Where(part=shown)
    )


def _opened(artifact: Artifact, bounds: Bounds) -> Opened | None:
    head = artifact.read(0, 512)
    stream: BinaryIO = artifact.open()
    if head.startswith(_ZIP):
        try:
            return zip_members(stream, bounds)
        except BROKEN:
            stream.close()
            raise
    with stream:
        if head.startswith(_PACKED) or head[_TAR_MAGIC] == b"ustar":
            return tar_members(stream, bounds)
    return None


def _packed(opened: Opened, shown: str, file: str) -> Package:
    members = opened.members
    infos = sorted(name for name in members if name.endswith(".dist-info/METADATA") and name.count("/") == 1)
    if infos:
        folder = infos[0].rpartition("/")[0]
        said = says.core(
            says.text_of(members[infos[0]]), says.text_of(members.get(f"{folder}/entry_points.txt"))
        )
        return _whole(opened, said, "wheel", shown, file)
    members = _stripped(opened)
    if "package.json" in members and "PKG-INFO" not in members and "setup.py" not in members:
        return _whole(opened, says.package_json(says.text_of(members["package.json"])), "npm", shown, file)
    return _whole(opened, _source_metadata(members), "sdist", shown, file)


def _stripped(opened: Opened) -> dict[str, Artifact]:
    """Members without the folder that holds them all, or else the one that says what the package is; others keep theirs."""
    tops = {name.partition("/")[0] for name in opened.members}
    if len(tops) > 1 and not any(name in opened.members for name in _SAY):
        tops = {top for top in tops if any(f"{top}/{name}" in opened.members for name in _SAY)}
    elif not all("/" in name for name in opened.members):
        return opened.members
    if len(tops) == 1:
        (top,) = tops
        opened.members = {name.removeprefix(f"{top}/"): one for name, one in opened.members.items()}
    return opened.members


def _source_metadata(members: dict[str, Artifact]) -> Metadata:
    entries = next((name for name in sorted(members) if name.endswith(".egg-info/entry_points.txt")), "")
    return says.core(
        says.text_of(members.get("PKG-INFO")),
        says.text_of(members.get(entries)) if entries else "",
        says.text_of(members.get("pyproject.toml")),
    )


def _whole(opened: Opened, said: Metadata, kind: str, shown: str, file: str) -> Package:
    name, version = said.name, said.version
    notes = list(opened.notes)
    from_file = named(file, kind)
    if kind != "npm" and said.known and from_file and _plain(from_file[0]) != _plain(name):
        notes.append(Note(what="other-name", member=file, detail=f"the metadata says {name}"[:200]))
    if not name and from_file:
        name, version = from_file
    package = Package(
        name=_plain(name) if kind != "npm" else name,
        version=version,
        ecosystem="npm" if kind == "npm" else "PyPI",
        kind="npm" if kind == "npm" else "wheel" if kind == "wheel" else "sdist",
        members=opened.members,
        metadata=said,
        notes=tuple(notes),
        shown=shown,
    )
    cannot = [package.cannot(reason, detail, member) for reason, detail, member in opened.cannot]
    if not said.known and kind != "sdist":
        cannot.append(package.cannot("malformed", "no metadata that could be read"))
    return _with(package, cannot)


def _with(package: Package, cannot: list[Unexamined]) -> Package:
    return Package(**{**_fields(package), "unexamined": (*package.unexamined, *cannot)})  # type: ignore[arg-type]


def _fields(package: Package) -> dict[str, object]:
    return {name: getattr(package, name) for name in package.__dataclass_fields__}


def named(file: str, kind: str) -> tuple[str, str] | None:
    """Name and version as a file's name has them; ``kind``: ``wheel``, ``sdist`` or ``npm``."""
    stem = file
    for ending in (".tar.gz", ".tgz", ".tar.bz2", ".zip", ".whl", ".tar"):
        stem = stem.removesuffix(ending)
    if kind == "wheel":
        parts = stem.split("-")
        return (parts[0], parts[1]) if len(parts) > 1 else None
    name, dash, version = stem.rpartition("-")
    return (name, version) if dash and version[:1].isdigit() else None


def _plain(name: str) -> str:
    """As PEP 503 compares names."""
    return "-".join(part for part in name.lower().replace("_", "-").replace(".", "-").split("-") if part)


def installed(dist_info: Path, bounds: Bounds | None = None) -> Package | Unexamined:
    """An installed distribution by its ``*.dist-info`` folder: what RECORD lists, read where it lies."""
    bounds = bounds or Bounds()
    shown = dist_info.name
    try:
        said = says.core(
            says.text_of(Artifact.of(dist_info / "METADATA")), _read(dist_info / "entry_points.txt")
        )
        rows = list(csv.reader(_read(dist_info / "RECORD", 20_000_000).splitlines()))
    except (OSError, csv.Error) as error:
        return _cannot(shown, "unreadable", f"{type(error).__name__}"[:200])
    opened = Opened()
    root = dist_info.parent
    for row in rows[: bounds.members]:
        if row and row[0] and not row[0].endswith(".pyc"):
            _add_installed(opened, root, row[0])
    if len(rows) > bounds.members:
        opened.cannot.append(("too-large", f"{len(rows)} files", ""))
    package = Package(
        name=_plain(said.name), version=said.version, ecosystem="PyPI", kind="installed",
        members=opened.members, metadata=said, notes=tuple(opened.notes),
    )  # fmt: skip
    cannot = [package.cannot(*one) for one in opened.cannot]
    if not rows:
        cannot.append(package.cannot("not-checked", "no RECORD says which files it installed"))
    return _with(package, cannot)


def _add_installed(opened: Opened, root: Path, name: str) -> None:
    parts = PurePosixPath(name).parts
    if ".." in parts or name.startswith("/"):
        return  # scripts and data outside of the packages' folder
    try:
        opened.members[name] = Artifact.of(root / name, name)
    except OSError as error:
        if not isinstance(error, FileNotFoundError):
            opened.cannot.append(("unreadable", type(error).__name__, name))


def _read(path: Path, most: int = says.LONGEST) -> str:
    try:
        return says.text_of(Artifact.of(path), most)
    except OSError:
        return ""


def node_module(folder: Path, bounds: Bounds | None = None) -> Package | Unexamined:
    """A package in a ``node_modules`` folder."""
    said = says.package_json(_read(folder / "package.json"))
    if not said.known:
        return _cannot(folder.name, "malformed", "no package.json that could be read")
    opened = _walked(folder, bounds or Bounds())
    package = Package(
        name=said.name, version=said.version, ecosystem="npm", kind="installed",
        members=opened.members, metadata=said, notes=tuple(opened.notes),
    )  # fmt: skip
    return _with(package, [package.cannot(*one) for one in opened.cannot])


def tree(folder: Path, bounds: Bounds | None = None) -> Package | Unexamined:
    """An unpacked source tree: of Python, or of Node where it has a package.json and nothing of Python's."""
    opened = _walked(folder, bounds or Bounds())
    members = opened.members
    npm = "package.json" in members and not {"setup.py", "pyproject.toml", "PKG-INFO"} & set(members)
    said = says.package_json(says.text_of(members["package.json"])) if npm else _source_metadata(members)
    package = Package(
        name=(said.name if npm else _plain(said.name)) or folder.name.lower(), version=said.version,
        ecosystem="npm" if npm else "PyPI", kind="tree", members=members, metadata=said, notes=tuple(opened.notes),
    )  # fmt: skip
    return _with(package, [package.cannot(*one) for one in opened.cannot])


def _walked(folder: Path, bounds: Bounds) -> Opened:
    opened = Opened()
    for top, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        for file in sorted(files):
            if len(opened.members) >= bounds.members:
                opened.cannot.append(("too-large", f"more than {bounds.members} files", ""))
                return opened
            path = Path(top, file)
            name = path.relative_to(folder).as_posix()
            try:
                opened.members[name] = Artifact.of(path, name)
            except OSError as error:
                if path.is_symlink():
                    opened.notes.append(Note(what="link", member=name))
                else:
                    opened.cannot.append(("unreadable", type(error).__name__, name))
    return opened


def environment(site_packages: Path, bounds: Bounds | None = None) -> Iterator[Package | Unexamined]:
    """Every distribution of a ``site-packages`` folder, then what starts with Python there and belongs to none of them."""
    owned: set[str] = set()
    for info in sorted(site_packages.glob("*.dist-info")):
        found = installed(info, bounds)
        if isinstance(found, Package):
            owned.update(found.members)
        yield found
    stray = [
        path
        for path in sorted(site_packages.iterdir())
        if (path.suffix == ".pth" or path.name in STARTERS) and path.name not in owned and path.is_file()
    ]
    if stray:
        members = {path.name: Artifact.of(path, path.name) for path in stray}
        yield Package(
            name="unowned-start-up-files", version="", ecosystem="PyPI", kind="installed", members=members
        )


def node_modules(folder: Path, bounds: Bounds | None = None) -> Iterator[Package | Unexamined]:
    """Every package of a ``node_modules`` folder, and of those within them."""
    for child in sorted(folder.iterdir()):
        if child.is_symlink() or not child.is_dir() or child.name.startswith("."):
            continue
        if child.name.startswith("@"):
            yield from node_modules(child, bounds)
            continue
        if (child / "package.json").is_file():
            yield node_module(child, bounds)
        if (child / "node_modules").is_dir():
            yield from node_modules(child / "node_modules", bounds)
