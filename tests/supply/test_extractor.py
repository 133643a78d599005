"""What every reader does with files it cannot read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from yanmen.core.nouns import Unexamined
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import python
from yanmen.supply.targets import Component
from yanmen.supply.walk import File

Lay = Callable[[dict[str, str | bytes]], Path]


class _Reader(Extractor):
    names = frozenset({"a.list"})
    endings = (".many.list",)

    def __init__(self, error: BaseException | None = None) -> None:
        self._error = error

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        yield python("x", where=file.at())
        if self._error:
            raise self._error


def test_its_files_are_known_by_name(lay: Lay) -> None:
    """Whatever the case of their letters."""
    root = lay({"A.list": "", "b/x.MANY.list": "", "x.list": "", "lib/site-packages/a.list": ""})

    assert [one.where for one in _Reader().targets(str(root)) if isinstance(one, Component)] == [
        "A.list",
        "b/x.MANY.list",
    ]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RecursionError(), "too-large"),
        (MemoryError(), "too-large"),
        (ValueError("x"), "malformed"),
        (EOFError(), "malformed"),
    ],
)
def test_what_was_read_before_an_error_stands(lay: Lay, error: Exception, reason: str) -> None:
    """And the error is said."""
    found = list(_Reader(error).targets(str(lay({"a.list": ""}))))

    assert isinstance(found[0], Component)
    assert isinstance(found[1], Unexamined)
    assert found[1].reason == reason


def test_no_such_place() -> None:
    """Is said too."""
    (found,) = _Reader().targets("/no/such/place")

    assert isinstance(found, Unexamined)
    assert found.reason == "unreadable"
