"""What a zip or a tar is, and what it holds; nothing is judged here."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from yanmen.supply.models import tars, zips
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.models.windows import window
from yanmen.supply.targets import Artifact

_FEW = 64
"""Members of a tar that are looked at to tell what it is."""


def kind_of_zip(artifact: Artifact, bounds: Bounds) -> str:
    """What a zip is: ``torch-zip``, ``npz``, ``skops``, ``keras``, or an archive of files, by the names it holds."""
    return _by_names({member.name for member in zips.Zip(artifact, bounds).members})


def _by_names(names: Collection[str]) -> str:
    last = {name.rpartition("/")[2] for name in names}
    if "data.pkl" in last or {"constants.pkl", "version"} <= last:
        return "torch-zip"
    if "schema.json" in names:
        return "skops"
    if "config.json" in names and {"metadata.json", "model.weights.h5"} & set(names):
        return "keras"
    return "npz" if names and all(name.endswith(".npy") for name in names) else "zip"


def kind_of_tar(artifact: Artifact, bounds: Bounds) -> str:
    """``torch-tar`` where it is what torch wrote before 0.1.10; else an archive of files."""
    names = set()
    for entry in tars.entries(artifact, bounds):
        names.add(entry.name.removeprefix("./"))
        if {"pickle", "storages"} <= names:
            return "torch-tar"
        if len(names) > _FEW:
            break
    return "tar"


def members(artifact: Artifact, kind: str, bounds: Bounds) -> Iterator[Artifact | Unjudged]:
    """What a zip or a tar holds, one after another, or why a member cannot be opened; Unjudged where no further one is found.

    Of an archive that is itself a model nothing is given but its kind's own file.
    """
    if kind == "tar":
        for entry in tars.entries(artifact, bounds):
            if entry.kind == "file":
                yield window(artifact, f"{artifact.name}!{entry.name}", entry.start, entry.size)
            elif entry.kind == "other":
                yield Unjudged("unsupported", f"a member of an unknown kind: {entry.name}")
        return
    archive = zips.Zip(artifact, bounds)
    for member in archive.members:
        if not member.folder and not member.link:
            try:
                yield archive.open(member)
            except Unjudged as error:
                yield error
