"""CVSS scores, computed from their vectors by the formulas of FIRST's specifications: v2, v3.0 and v3.1 here, v4.0 beside."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from yanmen.core.nouns import Severity
from yanmen.intel.advisories import cvss4
from yanmen.intel.advisories.answers import Rating

LONGEST = 400
"""Characters of a vector."""

_V2: dict[str, dict[str, float]] = {
    "AV": {"L": 0.395, "A": 0.646, "N": 1.0},
    "AC": {"H": 0.35, "M": 0.61, "L": 0.71},
    "Au": {"M": 0.45, "S": 0.56, "N": 0.704},
    "C": {"N": 0.0, "P": 0.275, "C": 0.660},
    "I": {"N": 0.0, "P": 0.275, "C": 0.660},
    "A": {"N": 0.0, "P": 0.275, "C": 0.660},
}
_V2_TIME: dict[str, dict[str, float]] = {
    "E": {"U": 0.85, "POC": 0.9, "F": 0.95, "H": 1.0, "ND": 1.0},
    "RL": {"OF": 0.87, "TF": 0.9, "W": 0.95, "U": 1.0, "ND": 1.0},
    "RC": {"UC": 0.9, "UR": 0.95, "C": 1.0, "ND": 1.0},
}
_V2_SITE: dict[str, dict[str, float]] = {
    "CDP": {"N": 0.0, "L": 0.1, "LM": 0.3, "MH": 0.4, "H": 0.5, "ND": 0.0},
    "TD": {"N": 0.0, "L": 0.25, "M": 0.75, "H": 1.0, "ND": 1.0},
    "CR": {"L": 0.5, "M": 1.0, "H": 1.51, "ND": 1.0},
    "IR": {"L": 0.5, "M": 1.0, "H": 1.51, "ND": 1.0},
    "AR": {"L": 0.5, "M": 1.0, "H": 1.51, "ND": 1.0},
}
_V3: dict[str, dict[str, float]] = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "PR": {"N": 0.85, "L": 0.62, "H": 0.27},
    "UI": {"N": 0.85, "R": 0.62},
    "S": {"U": 0.0, "C": 1.0},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_V3_CHANGED = {"N": 0.85, "L": 0.68, "H": 0.5}
"""What privileges count where the scope changes."""
_V3_TIME: dict[str, dict[str, float]] = {
    "E": {"X": 1.0, "H": 1.0, "F": 0.97, "P": 0.94, "U": 0.91},
    "RL": {"X": 1.0, "U": 1.0, "W": 0.97, "T": 0.96, "O": 0.95},
    "RC": {"X": 1.0, "C": 1.0, "R": 0.96, "U": 0.92},
}
_V3_NEED: dict[str, dict[str, float]] = {
    name: {"X": 1.0, "H": 1.5, "M": 1.0, "L": 0.5} for name in ("CR", "IR", "AR")
}
_V3_MODIFIED: dict[str, dict[str, float]] = {f"M{name}": {**given, "X": 0.0} for name, given in _V3.items()}
_GRADES = (
    (9.0, Severity.CRITICAL),
    (7.0, Severity.HIGH),
    (4.0, Severity.MEDIUM),
    (0.1, Severity.LOW),
    (0.0, Severity.INFO),
)
"""The qualitative scale, from a score up."""
_WORDS = {
    "negligible": Severity.LOW,
    "low": Severity.LOW,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "important": Severity.HIGH,
    "high": Severity.HIGH,
    "critical": Severity.CRITICAL,
}
"""What databases call it: GitHub, Red Hat, Ubuntu and their like."""


def rated(vectors: Iterable[tuple[str, str]], words: Iterable[str] = ()) -> Rating:
    """The gravest of several ratings, vectors of v3 and v4 before v2; of words where no vector can be computed.

    The order in which they are given does not matter.
    """
    best: tuple[bool, float, str] | None = None
    said = {word.lower() for word in words}
    for kind, vector in vectors:
        value = score(vector)
        if value is None:
            said.add(vector.lower())
            continue
        rank = (not _second(vector), value, vector)
        best = rank if best is None or rank > best else best
        del kind
    if best is not None:
        return Rating(score=best[1], vector=best[2], severity=_graded(best[1], second=not best[0]))
    known = [_WORDS[word] for word in said if word in _WORDS]
    return Rating(severity=max(known)) if known else Rating()


def score(vector: str) -> float | None:
    """The score of a vector, 0 to 10; None where it is none, or lacks a metric that must be there."""
    if len(vector) > LONGEST:
        return None
    head, _, rest = vector.partition("/")
    if head == "CVSS:4.0":
        return cvss4.score(rest)
    three = head in {"CVSS:3.0", "CVSS:3.1"}
    metrics = parsed(rest if three else vector.strip("()"))
    if metrics is None:
        return None
    return _third(metrics, newer=head.endswith("1")) if three else _second_score(metrics)


def parsed(text: str) -> dict[str, str] | None:
    """The metrics of a vector; None where one stands twice, or none."""
    metrics: dict[str, str] = {}
    for part in text.rstrip("/").split("/"):
        name, colon, value = part.partition(":")
        if not colon or name in metrics:
            return None
        metrics[name] = value
    return metrics


def _second(vector: str) -> bool:
    return not vector.startswith("CVSS:")


def _graded(value: float, *, second: bool) -> Severity:
    """The qualitative scale; v2 knows no critical."""
    if second:
        return next(grade for least, grade in _GRADES[1:] if value >= least)
    return next(grade for least, grade in _GRADES if value >= least)


def _fits(
    metrics: Mapping[str, str],
    needed: Mapping[str, Mapping[str, float]],
    *more: Mapping[str, Mapping[str, float]],
) -> bool:
    known: dict[str, Mapping[str, float]] = dict(needed)
    for table in more:
        known.update(table)
    return needed.keys() <= metrics.keys() and all(
        name in known and value in known[name] for name, value in metrics.items()
    )


def _second_score(metrics: dict[str, str]) -> float | None:
    if not _fits(metrics, _V2, _V2_TIME, _V2_SITE):
        return None
    base = {name: _V2[name][metrics[name]] for name in _V2}
    site = {name: given[metrics.get(name, "ND")] for name, given in _V2_SITE.items()}
    own = 10.41 * (1 - (1 - base["C"]) * (1 - base["I"]) * (1 - base["A"]))
    needed = 1 - math.prod(1 - base[name] * site[f"{name}R"] for name in "CIA")
    adjusted = min(10.0, 10.41 * needed)
    time = math.prod(given[metrics.get(name, "ND")] for name, given in _V2_TIME.items())
    ease = 20 * base["AV"] * base["AC"] * base["Au"]

    def whole(impact: float) -> float:
        return round((0.6 * impact + 0.4 * ease - 1.5) * (1.176 if impact else 0) + 1e-9, 1)

    if not any(metrics.get(name, "ND") != "ND" for name in _V2_SITE):
        return round(whole(own) * time + 1e-9, 1)
    temporal = round(whole(adjusted) * time + 1e-9, 1)
    return round((temporal + (10 - temporal) * site["CDP"]) * site["TD"] + 1e-9, 1)


def _third(metrics: dict[str, str], *, newer: bool) -> float | None:
    if not _fits(metrics, _V3, _V3_TIME, _V3_NEED, _V3_MODIFIED):
        return None
    site = any(value != "X" for name, value in metrics.items() if name in _V3_MODIFIED or name in _V3_NEED)
    if site:
        used = {name: metrics[name] for name in _V3}
        used |= {name: metrics[f"M{name}"] for name in _V3 if metrics.get(f"M{name}", "X") != "X"}
    else:
        used = {name: metrics[name] for name in _V3}
    need = {name: given[metrics.get(name, "X")] if site else 1.0 for name, given in _V3_NEED.items()}
    lost = 1 - math.prod(1 - _V3[name][used[name]] * need[f"{name}R"] for name in "CIA")
    changed = used["S"] == "C"
    impact = _impact(min(lost, 0.915) if site else lost, changed=changed, site=site and newer)
    if impact <= 0:
        return 0.0
    rights = (_V3_CHANGED if changed else _V3["PR"])[used["PR"]]
    ease = 8.22 * _V3["AV"][used["AV"]] * _V3["AC"][used["AC"]] * rights * _V3["UI"][used["UI"]]
    base = _up(min((1.08 if changed else 1) * (impact + ease), 10), newer=newer)
    time = math.prod(given[metrics.get(name, "X")] for name, given in _V3_TIME.items())
    return _up(base * time, newer=newer)


def _impact(lost: float, *, changed: bool, site: bool) -> float:
    """The specification's impact sub-score; the environmental one of v3.1 bends otherwise."""
    if not changed:
        return 6.42 * lost
    if site:
        return 7.52 * (lost - 0.029) - 3.25 * math.pow(lost * 0.9731 - 0.02, 13)
    return 7.52 * (lost - 0.029) - 3.25 * math.pow(lost - 0.02, 15)


def _up(value: float, *, newer: bool) -> float:
    """The least number with one decimal that is not less; v3.1 defines it on integers, v3.0 on the number as it is."""
    if not newer:
        return math.ceil(round(value * 10, 9)) / 10
    scaled = round(value * 100_000)
    return scaled / 100_000 if scaled % 10_000 == 0 else (scaled // 10_000 + 1) / 10
