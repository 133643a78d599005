"""Archives: each member examined by its content, and what unpacking would do where a tool obeys names and links.

A zip that is a model of a known kind (torch, NumPy, skops, Keras) is handed to that kind's reader. Nothing is written where a name
says.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from yanmen.supply.models import rules, sevens, tars, zips
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.models.configs import outside
from yanmen.supply.models.report import Report
from yanmen.supply.models.windows import window
from yanmen.supply.targets import Artifact, Examined


def read_zip(artifact: Artifact, bounds: Bounds) -> Examined:
    """An archive of files."""
    report = Report(artifact, bounds, "zip")
    archive = zips.Zip(artifact, bounds)
    zips.report_oddities(archive, report)
    for member in archive.members:
        name_of(member.name, report)
        if member.folder:
            continue
        try:
            inner = archive.open(member)
            if member.link:
                _link(member.name, inner.read(0, 4096).decode("utf-8", "replace"), report)
            else:
                report.take(bounds.inside(inner))
                if not archive.is_whole(member, inner):
                    report.find(rules.MISMATCH, f"{member.name}: not what its checksum says")
                    report.miss("malformed", "not what its checksum says", inside=member.name)
        except Unjudged as error:
            report.miss(error.reason, error.detail, inside=member.name)
    report.fact("members", str(len(archive.members)))
    return report.done()


def read_tar(artifact: Artifact, bounds: Bounds) -> Examined:
    """Members in order; torch's own old archive is handed to its reader."""
    report = Report(artifact, bounds, "tar")
    seen: set[int] = set()
    count = 0
    try:
        for entry in tars.entries(artifact, bounds):
            count += 1
            _entry(entry, seen, report)
            if entry.kind == "file":
                name = f"{artifact.name}!{entry.name}"
                report.take(bounds.inside(window(artifact, name, entry.start, entry.size)))
    except Unjudged as error:
        report.failed(error)
    report.fact("members", str(count))
    return report.done()


def _entry(entry: tars.Entry, seen: set[int], report: Report) -> None:
    """What its header says. Of names only hashes are kept."""
    name_of(entry.name, report)
    if entry.kind == "file" and hash(entry.name) in seen:
        report.find(rules.MISMATCH, f"{entry.name} stands twice")
    seen.add(hash(entry.name))
    _special(entry, report)


def read_7z(artifact: Artifact, bounds: Bounds) -> Examined:
    """Members, folder by folder, each unpacked to a temporary file under a name of our own."""
    report = Report(artifact, bounds, "7z")
    try:
        found = sevens.listing(artifact, bounds)
    except Unjudged as error:
        report.failed(error)
        return report.done()
    for member in found.members:
        name_of(member.name, report)
    with tempfile.TemporaryDirectory(prefix="yanmen-") as place:
        for number, folder in enumerate(found.folders):
            held = Path(place) / str(number)
            try:
                with held.open("wb") as file:
                    file.writelines(sevens.unpacked(artifact, folder, bounds, bounds.limits.unpacked))
            except Unjudged as error:
                report.failed(error)
                continue
            for member in found.members:
                if member.folder == number:
                    name = f"{artifact.name}!{member.name}"
                    report.take(bounds.inside(window(Artifact.of(held), name, member.offset, member.size)))
            held.unlink()
    report.fact("members", str(len(found.members)))
    return report.done()


def name_of(name: str, report: Report) -> None:
    """A member's name, where it leads out."""
    if outside(name) or "\0" in name:
        report.find(rules.TRAVERSAL, name)


def _special(entry: tars.Entry, report: Report) -> None:
    """Links that leave, devices, and kinds that are not known."""
    if entry.kind == "symlink":
        _link(entry.name, entry.link, report)
    elif entry.kind == "link" and outside(entry.link):
        report.find(rules.LINK, f"{entry.name} → {entry.link}")
    elif entry.kind == "device":
        report.find(rules.DEVICE, entry.name)
    elif entry.kind == "other":
        report.miss("unsupported", f"a member of an unknown kind: {entry.name}")


def _link(name: str, target: str, report: Report) -> None:
    """A symbolic link: whether it leads above the archive's top."""
    depth = name.strip("/").count("/")
    if target.startswith(("/", "\\", "~")) or target.split("/").count("..") > depth:
        report.find(rules.LINK, f"{name} → {target}")
