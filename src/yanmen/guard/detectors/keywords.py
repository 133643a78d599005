"""Words of banks: the built-in one and the configuration's."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from yanmen.guard.content import scheme
from yanmen.guard.detector import ReadingDetector
from yanmen.guard.keywords import Bank, read
from yanmen.guard.readers import Reading

BUILTIN = Path(scheme.__file__).parent / "words.tsv"
"""A few terms for each risk that is not measured; your own banks are what counts."""


class KeywordBanks(ReadingDetector):
    """Finds the terms of the built-in bank and of the configuration's."""

    rules = tuple(scheme.named().values())

    def __init__(self, banks: tuple[str, ...] = ()) -> None:
        """Read the banks. Raises YanmenError with file and line for what is wrong in one."""
        paths = [BUILTIN, *(Path(bank) for bank in banks)]
        self._bank = Bank((term for path in paths for term in read(path)), scheme.named())

    @classmethod
    def configured(cls, settings: Any) -> Self:
        """With the configuration's banks."""
        return cls(settings.keyword_banks)

    def reader(self) -> Reading:
        """A reader of one text."""
        return self._bank.reader()
