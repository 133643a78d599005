"""Which language a person reads, and the messages in it: one YAML file per language and surface."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import yaml

from yanmen.core.nouns import Phrase

LANGUAGES = ("en", "zh")


def language() -> str:
    """``zh`` or ``en``, from YANMEN_LANG or else the locale (LC_ALL, LC_MESSAGES, LANG)."""
    for name in ("YANMEN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def accepted(header: str) -> str:
    """The language of an Accept-Language header: ``zh`` when it is preferred to English."""
    best, chosen = 0.0, "en"
    for part in header[:200].split(","):
        tag, _, rest = part.strip().partition(";")
        try:
            weight = float(rest.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        name = tag.lower()[:2]
        if name in LANGUAGES and weight > best:
            best, chosen = weight, name
    return chosen


class Messages:
    """The messages of one surface: ``messages/en.yaml`` and ``messages/zh.yaml`` beside its code, with the same keys."""

    def __init__(self, folder: Path) -> None:
        """Read both files of a folder; a key that one of them lacks is a ValueError."""
        self._texts = {name: _read(folder / f"{name}.yaml") for name in LANGUAGES}
        if lacking := set(self._texts["en"]) ^ set(self._texts["zh"]):
            raise ValueError(f"{folder}: not in both languages: {', '.join(sorted(lacking))}")

    def say(self, key: str, /, tongue: str = "", **values: object) -> str:
        """The message in a language (by default the reader's), with ``{names}`` filled in."""
        text = self._texts["zh" if (tongue or language()) == "zh" else "en"][key]
        return text.format(**values) if values else text

    def phrase(self, key: str, /, **values: object) -> Phrase:
        """The message in both languages, for an error or whatever else is read by somebody not known yet."""
        return Phrase(en=self.say(key, "en", **values), zh=self.say(key, "zh", **values))

    def keys(self) -> frozenset[str]:
        """Every key, for the test that none is unused or unknown."""
        return frozenset(self._texts["en"])


@cache
def _read(path: Path) -> dict[str, str]:
    loaded = yaml.safe_load(path.read_text("utf-8"))
    return {str(key): str(value) for key, value in loaded.items()}
