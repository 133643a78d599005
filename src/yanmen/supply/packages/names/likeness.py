"""Names that are taken for other names: by a slip of the finger, a separator, a look-alike letter, something added, a scope."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Literal

from yanmen.core.nouns import Noun
from yanmen.supply.packages.names.popular import ranks
from yanmen.supply.packages.package import Ecosystem

_TARGETS = 1_500
"""Popular names that are imitated."""
_SHORTEST = 5
_LONG = 7
"""Characters below which names are alike by chance."""
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890")
_ALIKE = {"0": "o", "1": "l", "i": "l", "5": "s", "rn": "m", "vv": "w", "cl": "d"}
_AFFIXES = frozenset(
    "py python python3 js node lib libs utils util tool tools sdk api client core dev plus pro official lite v2 2 3 "
    "new fast async cli "
    "helper wrapper kit secure".split()
)


class Alike(Noun, frozen=True):
    """A popular name, and how another is like it."""

    name: str
    how: Literal["separator", "transposed", "keyboard", "edit", "look-alike", "affix", "scope"]


def _bare(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _skeleton(name: str) -> str:
    text = unicodedata.normalize("NFKD", name.lower())
    for what, by in _ALIKE.items():
        text = text.replace(what, by)
    return "".join(character for character in text if character.isalnum() and character.isascii())


@cache
def _index(ecosystem: Ecosystem) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Bare form, skeleton and forms with one character left out, to the most popular name with each."""
    bare: dict[str, str] = {}
    skeletons: dict[str, str] = {}
    shorter: dict[str, str] = {}
    for name, place in ranks(ecosystem).items():
        if place >= _TARGETS:
            break
        if len(_bare(name)) < _SHORTEST or name.startswith("@"):
            continue
        bare.setdefault(_bare(name), name)
        skeletons.setdefault(_skeleton(name), name)
        for one in _without_one(name):
            shorter.setdefault(one, name)
    return bare, skeletons, shorter


def _without_one(name: str) -> Iterator[str]:
    for place in range(len(name)):
        yield name[:place] + name[place + 1 :]


def alike(name: str, ecosystem: Ecosystem) -> Alike | None:
    """The popular name that a name is taken for; None where it is popular itself or like none."""
    known = ranks(ecosystem)
    if name in known:
        return None
    scope, slash, rest = name.partition("/")
    if ecosystem == "npm" and not slash:
        scoped = next(
            (
                one
                for one in (f"@{name.replace('-', '/', 1)}", f"@{name.replace('_', '/', 1)}")
                if one in known
            ),
            "",
        )
        if scoped:
            return Alike(name=scoped, how="scope")
    if slash:
        return _like_scope(scope, rest, known)
    bare, skeletons, _ = _index(ecosystem)
    target = bare.get(_bare(name))
    if target and target != name:
        return Alike(name=target, how="separator")
    target = skeletons.get(_skeleton(name))
    if target and target != name and len(target) > _SHORTEST:
        return Alike(name=target, how="look-alike")
    return _edited(name, ecosystem) or _affixed(name, ecosystem)


def _like_scope(scope: str, rest: str, known: dict[str, int]) -> Alike | None:
    for other in known:
        if other.startswith("@") and other.endswith(f"/{rest}"):
            theirs = other.partition("/")[0]
            if theirs != scope and _near(theirs, scope):
                return Alike(name=other, how="scope")
    return None


def _edited(name: str, ecosystem: Ecosystem) -> Alike | None:
    if len(name) <= _SHORTEST:
        return None
    _, _, shorter = _index(ecosystem)
    known = ranks(ecosystem)
    candidates = {shorter[one] for one in _without_one(name) if one in shorter}
    candidates |= {
        one for one in _without_one(name) if known.get(one, _TARGETS) < _TARGETS and len(one) >= _SHORTEST
    }
    if name in shorter:
        candidates.add(shorter[name])
    for target in sorted(candidates, key=lambda one: known[one]):
        how = _how(name, target)
        if how is not None:
            return Alike(name=target, how=how)
    return None


def _how(name: str, target: str) -> Literal["transposed", "keyboard", "edit"] | None:
    if len(name) == len(target):
        differs = [place for place, (one, other) in enumerate(zip(name, target, strict=True)) if one != other]
        if (
            len(differs) == len("ab")
            and name[differs[0]] == target[differs[1]]
            and name[differs[1]] == target[differs[0]]
        ):
            return "transposed"
        if len(differs) == 1:
            if name[differs[0]].isdigit() and target[differs[0]].isdigit():
                return None
            return (
                "keyboard"
                if _neighbours(name[differs[0]], target[differs[0]])
                else "edit"
                if len(target) > _LONG
                else None
            )
        return None
    longer, shorter = (name, target) if len(name) > len(target) else (target, name)
    place = next(
        (place for place, (one, other) in enumerate(zip(longer, shorter, strict=False)) if one != other),
        len(shorter),
    )
    if longer[place].isdigit() and place >= len(shorter) - 1:
        return None
    if longer[place] in "-_." or len(target) <= _SHORTEST + 1:
        return None
    return "edit"


def _neighbours(one: str, other: str) -> bool:
    for row, keys in enumerate(_KEYBOARD):
        at = keys.find(one)
        if at >= 0:
            rows = _KEYBOARD[max(row - 1, 0) : row + 2]
            return any(abs(line.find(other) - at) <= 1 for line in rows if other in line)
    return False


def _near(one: str, other: str) -> bool:
    return bool(set(_without_one(one)) & {*_without_one(other), other}) or one in set(_without_one(other))


def _affixed(name: str, ecosystem: Ecosystem) -> Alike | None:
    bare, _, _ = _index(ecosystem)
    parts = name.replace("_", "-").replace(".", "-").split("-")
    for rest, affix in ((parts[1:], parts[0]), (parts[:-1], parts[-1])):
        target = bare.get("".join(rest))
        if rest and affix in _AFFIXES and target and ranks(ecosystem)[target] < _TARGETS // 3:
            return Alike(name=target, how="affix")
    return None
