"""What an editor of one kind of manifest answers: its new text, and what changed in it."""

from __future__ import annotations

from typing import NamedTuple

from yanmen.core.nouns import Phrase

HASHES = Phrase(
    en="the hashes of this line are for the old version: renew them with your lock tool",
    zh="该行的哈希属于旧版本，请用锁定工具重新生成",
)
CROSSED = Phrase(en="the upper bound is lifted: look at what changed", zh="放宽了版本上限，请查看变更说明")
MAJOR = Phrase(en="another major version: look at what changed", zh="主版本号变化，请查看变更说明")


class Change(NamedTuple):
    """One place."""

    line: int
    before: str
    after: str
    notes: tuple[Phrase, ...] = ()


class Edited(NamedTuple):
    """A manifest as it would be."""

    text: str
    changes: tuple[Change, ...]


def unchanged(text: str) -> Edited:
    """Nothing of it is named there."""
    return Edited(text, ())


def bounded(before: str, after: str) -> tuple[Phrase, ...]:
    """The note on an upper bound that is gone."""
    return (CROSSED,) if "<" in before and "<" not in after else ()
