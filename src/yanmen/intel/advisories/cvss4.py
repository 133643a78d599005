"""CVSS v4.0: the score of a vector by its MacroVector, as section 8 of FIRST's specification defines it.

The scores of the MacroVectors are the specification's own (they were given by experts and follow from nothing); they are
printed with FIRST's reference calculator, whose licence (BSD-2-Clause) is in the NOTICE.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

_LEVELS: dict[str, str] = {
    "AV": "NALP", "PR": "NLH", "UI": "NPA",
    "AC": "LH", "AT": "NP",
    "VC": "HLN", "VI": "HLN", "VA": "HLN", "CR": "HML", "IR": "HML", "AR": "HML",
    "SC": "SHLN", "SI": "SHLN", "SA": "SHLN",
}  # fmt: skip
"""The values of each metric, the gravest first; each is one step from the next."""
_BASE = ("AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA")
_OTHERS: dict[str, str] = {
    **{f"M{name}": _LEVELS[name] + "X" for name in ("AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA")},
    "MSC": "HLNX", "MSI": "SHLNX", "MSA": "SHLNX",
    "E": "XAPU", "CR": "XHML", "IR": "XHML", "AR": "XHML",
    "S": "XNP", "AU": "XNY", "R": "XAUI", "V": "XDC", "RE": "XLMH",
}  # fmt: skip
"""Metrics that may stand in a vector. Those of the last line supplement it and do not count."""
_URGENCY = {"X", "Clear", "Green", "Amber", "Red"}
_DEFAULTS = {"E": "A", "CR": "H", "IR": "H", "AR": "H"}
"""What an undefined metric counts as: the worst."""

_HIGHEST: dict[str, dict[str, tuple[str, ...]]] = {
    "AV PR UI": {"0": ("NNN",), "1": ("ANN", "NLN", "NNP"), "2": ("PNN", "ALP")},
    "AC AT": {"0": ("LN",), "1": ("HN", "LP")},
    "VC VI VA CR IR AR": {
        "00": ("HHHHHH",),
        "01": ("HHLMMH", "HHHMMM"),
        "10": ("LHHHHH", "HLHHHH"),
        "11": ("LHLHMH", "LHHHMM", "HLHMHM", "HLLMHH", "LLHHHM"),
        "21": ("LLLHHH",),
    },
    "SC SI SA": {"0": ("HSS",), "1": ("HHH",), "2": ("LLL",)},
}
"""The highest vectors within each level of each group of metrics (specification, tables 24 to 28)."""
_DEPTHS: dict[str, dict[str, int]] = {
    "AV PR UI": {"0": 1, "1": 4, "2": 5},
    "AC AT": {"0": 1, "1": 2},
    "VC VI VA CR IR AR": {"00": 7, "01": 6, "10": 8, "11": 8, "21": 10},
    "SC SI SA": {"0": 6, "1": 5, "2": 4},
}
"""How many steps a level is deep, and one more."""

_ROWS: dict[str, str] = {
    "000": "100 99 98 95 95 92 100 96 93 87 91 81 93 90 89 80 81 68",
    "001": "98 95 95 92 90 84 93 92 89 81 81 65 88 80 78 70 69 48",
    "002": "92 82 72 79 69 50 69 55 27",
    "010": "99 97 95 92 92 85 95 91 90 83 84 71 92 81 82 71 72 53",
    "011": "95 93 92 85 85 73 92 82 80 72 70 59 84 70 71 52 50 30",
    "012": "86 75 52 71 52 29 63 29 17",
    "100": "98 95 94 87 91 81 94 89 86 74 77 64 87 75 74 63 63 49",
    "101": "94 89 88 77 76 67 86 76 74 58 59 50 72 57 57 52 52 25",
    "102": "83 70 54 65 58 26 53 21 13",
    "110": "95 90 88 76 76 70 90 77 75 62 61 53 77 66 68 59 52 30",
    "111": "89 78 76 67 62 58 74 59 57 57 47 23 61 52 57 29 24 16",
    "112": "71 59 30 58 26 15 23 13 6",
    "200": "93 87 86 72 75 58 86 74 74 61 56 34 70 54 52 40 40 22",
    "201": "85 75 74 55 62 51 72 57 55 41 46 19 53 36 34 19 19 8",
    "202": "64 51 20 47 21 11 24 9 4",
    "210": "88 75 73 53 60 50 73 55 59 40 41 20 54 43 45 22 20 11",
    "211": "75 55 58 45 40 21 61 51 48 18 20 9 46 18 17 7 8 2",
    "212": "53 24 14 24 12 5 10 3 1",
}  # fmt: skip
"""Tenths, by the first three levels; in a row by the fourth, the fifth and the sixth (the sixth is 1 where the third is 2)."""


def _table() -> Iterator[tuple[str, int]]:
    for first, row in _ROWS.items():
        rest = product("012", "012", "1" if first[2] == "2" else "01")
        yield from ((first + "".join(one), int(value)) for one, value in zip(rest, row.split(), strict=True))


_SCORES = dict(_table())


def score(text: str) -> float | None:
    """The score of what follows ``CVSS:4.0/``, 0 to 10; None where it is not of the specification's form."""
    given = _given(text)
    if given is None:
        return None
    used = {name: _used(given, name) for name in (*_LEVELS, "E")}
    if all(used[name] == "N" for name in ("VC", "VI", "VA", "SC", "SI", "SA")):
        return 0.0
    levels = _levels(used)
    value = _SCORES[levels]
    distances = [share for share in _shares(used, levels, value) if share is not None]
    mean = sum(distances) / len(distances) if distances else 0.0
    return int(min(100.0, max(0.0, value - mean)) + 0.5 + 1e-9) / 10


def _given(text: str) -> dict[str, str] | None:
    given: dict[str, str] = {}
    for part in text.rstrip("/").split("/"):
        name, _, value = part.partition(":")
        allowed = _OTHERS.get(name) or _LEVELS.get(name, "").replace(
            "S", "" if name in {"SC", "SI", "SA"} else "S"
        )
        fits = value in _URGENCY if name == "U" else len(value) == 1 and value in allowed
        if name in given or not fits:
            return None
        given[name] = value
    return given if all(name in given for name in _BASE) else None


def _used(given: Mapping[str, str], name: str) -> str:
    """The value that counts: the site's own, else the vector's, else the worst."""
    own = given.get(f"M{name}", "X")
    value = own if own != "X" else given.get(name, "X")
    return _DEFAULTS[name] if value == "X" else value


def _levels(used: Mapping[str, str]) -> str:
    """The MacroVector: six digits, 0 the gravest."""
    reach = [used["AV"] == "N", used["PR"] == "N", used["UI"] == "N"]
    one = 0 if all(reach) else 2 if used["AV"] == "P" or not any(reach) else 1
    two = 0 if used["AC"] == "L" and used["AT"] == "N" else 1
    high = [used[name] == "H" for name in ("VC", "VI", "VA")]
    three = 0 if high[0] and high[1] else 1 if any(high) else 2
    beyond = "S" in {used["SI"], used["SA"]}
    four = 0 if beyond else 1 if "H" in {used["SC"], used["SI"], used["SA"]} else 2
    five = "APU".index(used["E"])
    needed = any(used[f"{name}R"] == "H" and used[f"V{name}"] == "H" for name in "CIA")
    return f"{one}{two}{three}{four}{five}{0 if needed else 1}"


def _shares(used: Mapping[str, str], levels: str, value: int) -> Iterator[float | None]:
    """Of each group: the difference to the next lower MacroVector, in proportion to the distance from the highest vector."""
    one, two, three, four, five, six = (int(level) for level in levels)
    lower = {
        "AV PR UI": _lower((one + 1, two, three, four, five, six)),
        "AC AT": _lower((one, two + 1, three, four, five, six)),
        "VC VI VA CR IR AR": _impacts(one, two, three, four, five, six),
        "SC SI SA": _lower((one, two, three, four + 1, five, six)),
    }
    kept = {
        "AV PR UI": levels[0],
        "AC AT": levels[1],
        "VC VI VA CR IR AR": levels[2] + levels[5],
        "SC SI SA": levels[3],
    }
    for group, next_lower in lower.items():
        if next_lower is None:
            yield None
            continue
        level = kept[group]
        yield (value - next_lower) * _distance(used, group, level) / _DEPTHS[group][level]
    yield 0.0 if _lower((one, two, three, four, five + 1, six)) is not None else None


def _lower(levels: tuple[int, ...]) -> int | None:
    return _SCORES.get("".join(map(str, levels)))


def _impacts(one: int, two: int, three: int, four: int, five: int, six: int) -> int | None:
    """The third and the sixth level go together; of two ways down the higher counts."""
    if three == 0 and six == 0:
        ways = (_lower((one, two, 0, four, five, 1)), _lower((one, two, 1, four, five, 0)))
        return max((way for way in ways if way is not None), default=None)
    if three == 1 and six == 0:
        return _lower((one, two, 1, four, five, 1))
    return _lower((one, two, three + 1, four, five, 1))


def _distance(used: Mapping[str, str], group: str, level: str) -> int:
    """Steps from the first of the level's highest vectors that is nowhere below this one."""
    names = group.split()
    for highest in _HIGHEST[group][level]:
        steps = [
            _LEVELS[name].index(used[name]) - _LEVELS[name].index(value)
            for name, value in zip(names, highest, strict=True)
        ]
        if min(steps) >= 0:
            return sum(steps)
    raise AssertionError(f"{group} has no highest vector above {used}")
