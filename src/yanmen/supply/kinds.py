"""What kind of target a path is, by what is there."""

from __future__ import annotations

from pathlib import Path

from yanmen.supply.bom import reading
from yanmen.supply.datasets.recognising import looks_like_dataset
from yanmen.supply.images import looks_like_image
from yanmen.supply.inventory import readers
from yanmen.supply.packages.opening import looks_like_package
from yanmen.supply.report import Kind
from yanmen.supply.walk import INSTALLED, File, Walk

_SYSTEMS = (
    "var/lib/dpkg/status",
    "lib/apk/db/installed",
    "usr/lib/apk/db/installed",
    "var/lib/rpm",
    "usr/lib/sysimage/rpm",
)
"""What the root folder of a system has."""


def told(place: Path) -> Kind | None:
    """The kind; None where there is nothing that could be read."""
    if place.is_dir():
        return _folder(place)
    if not place.is_file():
        return None
    if looks_like_package(place):
        return "package"
    if reading.looks_like_bom(place):
        return "sbom"
    if looks_like_image(place):
        return "image"
    file = next((one for one in Walk(place) if isinstance(one, File)), None)
    if file is not None and any(readers().of(file)):
        return "project"
    return "dataset" if looks_like_dataset(place) else "model"


def _folder(place: Path) -> Kind:
    if (
        (place / "pyvenv.cfg").is_file()
        or place.name in INSTALLED
        or any((place / one).exists() for one in _SYSTEMS)
    ):
        return "environment"
    if looks_like_image(place):
        return "image"
    return "project"
