"""Keras models of version 3: a zip of configuration, metadata, weights and assets."""

from __future__ import annotations

from yanmen.supply.models import keras_config, rules, zips
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.models.configs import judge_document, outside
from yanmen.supply.models.report import Report
from yanmen.supply.models.texts import document
from yanmen.supply.targets import Artifact, Examined

_PARTS = frozenset({"config.json", "metadata.json"})


def read(artifact: Artifact, bounds: Bounds) -> Examined:
    """Version 3: configuration, metadata, weights, assets. What else lies in it is examined by its content."""
    report = Report(artifact, bounds, "keras")
    archive = zips.Zip(artifact, bounds)
    zips.report_oddities(archive, report)
    for member in archive.members:
        if outside(member.name):
            report.find(rules.TRAVERSAL, member.name)
        if member.folder:
            continue
        try:
            inner = archive.open(member)
            if member.name in _PARTS:
                _part(inner, member.name, report)
            else:
                report.take(bounds.inside(inner))
        except Unjudged as error:
            report.miss(error.reason, error.detail, inside=member.name)
    return report.done()


def _part(artifact: Artifact, name: str, report: Report) -> None:
    parsed = document(artifact)
    for key in parsed.twice:
        report.find(rules.CONTRADICTS, f"{name}: the key {key!r} stands twice")
        report.miss("malformed", f"{name}: the key {key!r} stands twice")
    if name == "config.json":
        if not keras_config.looks_like(parsed.value):
            report.miss("unsupported", "config.json describes no model")
        judge_document(parsed.value, report)
    elif isinstance(parsed.value, dict):
        report.fact("keras_version", str(parsed.value.get("keras_version", "")))
