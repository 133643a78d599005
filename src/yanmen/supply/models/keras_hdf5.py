"""HDF5 files: Keras models of versions 1 to 3 with their configuration in an attribute, and any other tree of numbers."""

from __future__ import annotations

from yanmen.supply.models import hdf5, rules
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.models.configs import judge_document
from yanmen.supply.models.report import Report
from yanmen.supply.models.texts import parse
from yanmen.supply.targets import Artifact, Examined

_CONFIGURED = frozenset({"model_config", "training_config", "layer_config"})


def read(artifact: Artifact, bounds: Bounds) -> Examined:
    """Every object of the file; configurations in attributes are judged, files outside are found."""
    report = Report(artifact, bounds, "hdf5")
    count = configured = 0
    try:
        file = hdf5.File(artifact, bounds)
        for item in file.items():
            count += 1
            for name in item.outside:
                report.find(rules.EXTERNAL, f"{item.path}: {name} (CVE-2026-1669)")
            for name, value in item.attributes.items():
                if name in _CONFIGURED and value is not None:
                    configured += 1
                    _attribute(name, value, report)
                elif value is not None and len(value) > 2 and value[:1] in b"{[":  # noqa: PLR2004 (a document, by its beginning)
                    _other(value, report)
        for each in dict.fromkeys(file.unread):
            report.miss("unsupported", f"HDF5: {each}")
    except Unjudged as error:
        report.failed(error)
    report.fact("objects", str(count))
    if configured:
        report.kind = "keras-hdf5"
    report.step(f"hdf5: {count} objects, numbers and texts only")
    return report.done()


def _attribute(name: str, value: bytes, report: Report) -> None:
    try:
        judge_document(parse(value.rstrip(b"\0").decode("utf-8")).value, report)
    except ValueError as error:
        report.miss("malformed", f"{name}: {error}", inside=name)


def _other(value: bytes, report: Report) -> None:
    """A document under another name: judged where it is one."""
    try:
        parsed = parse(value.rstrip(b"\0").decode("utf-8"))
    except ValueError:
        return
    judge_document(parsed.value, report)
