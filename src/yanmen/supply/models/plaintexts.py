"""Texts beside models: templates, settings in YAML, code, and pointers to files that were not fetched."""

from __future__ import annotations

import re

from yanmen.supply.models import encoded, rules, sniffing
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.models.report import Report
from yanmen.supply.models.templates import is_template, judge
from yanmen.supply.targets import Artifact, Examined

_LONGEST = 2 << 20
_TEMPLATES = frozenset({"jinja", "jinja2", "j2", "gotmpl"})
_TAG = re.compile(r"!!python/[\w./:]+")
"""PyYAML's full loaders make objects and calls of these."""
_TARGET = re.compile(r"^[ \t-]*[\"']?_target_[\"']?[ \t]*:[ \t]*[\"']?([\w.]+)", re.MULTILINE)
"""Hydra calls whatever stands there (CVE-2025-23304: NVIDIA NeMo did so for a model's own settings)."""

_FOR_PEOPLE = re.compile(
    r"(?:readme|licen[cs]e|notice|copying|changelog|authors|contributing|code_of_conduct|security|model_?card)(?:\.txt)?"
    r"|.*\.(?:md|rst)",
    re.IGNORECASE,
)
"""Names of documents that no loader reads; one with a template's marks is judged as a template all the same."""


def read(artifact: Artifact, bounds: Bounds) -> Examined:
    """By its name, and by its marks. A text of no known kind is not judged."""
    if artifact.size > _LONGEST:
        raise Unjudged("too-large", f"a text of {artifact.size} bytes")
    data = artifact.read(0, artifact.size)
    if pickle := encoded.inner(data):
        report = Report(artifact, bounds, "encoded")
        report.within("", pickle)
        return report.done()
    text = data.decode("utf-8-sig")
    if text.startswith("version https://git-lfs."):
        raise Unjudged("unreadable", "a Git LFS pointer: the file itself is not here")
    ending = sniffing.claimed(artifact.name)
    if ending == "py" or text.startswith("#!"):
        raise Unjudged("not-checked", "code: whoever loads it runs it; examine it as a package")
    if ending in {"yaml", "yml"}:
        return _settings(text, Report(artifact, bounds, "yaml"))
    if _FOR_PEOPLE.fullmatch(re.split("[/!]", artifact.name)[-1]) and not is_template(text):
        return Report(artifact, bounds, "text").done()
    if not (ending in _TEMPLATES or "template" in artifact.name.rpartition("/")[2] or is_template(text)):
        raise Unjudged("unsupported", "a text of no known format")
    report = Report(artifact, bounds, "jinja")
    judge(text, report, "template")
    return report.done()


def _settings(text: str, report: Report) -> Examined:
    """Only the words that make a loader call something are looked for."""
    for pattern, group in ((_TAG, 0), (_TARGET, 1)):
        for found in pattern.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            report.find(rules.FOREIGN_CODE, found[group], inside=f"#L{line}")
    report.miss("unsupported", "YAML is searched, not read")
    return report.done()
