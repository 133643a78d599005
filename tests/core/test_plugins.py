"""The four kinds of plug-in."""

from __future__ import annotations

from typing import Any

import pytest

from yanmen.core.nouns import Incident
from yanmen.core.plugins import Act, Attack, Detector, Source


class _Half(Act):
    name = "half"

    def do(self, incident: Incident, args: dict[str, Any]) -> dict[str, Any]:
        return {"incident": incident.id, **args}


def test_an_act_that_cannot_be_undone_cannot_be_built() -> None:
    """Undo is not optional."""
    with pytest.raises(TypeError, match=r"abstract method '?undo"):
        _Half()  # type: ignore[abstract]


@pytest.mark.parametrize("kind", [Source, Detector, Attack, Act])
def test_a_kind_is_not_itself_a_plugin(kind: type) -> None:
    """Only what fills it in can be built."""
    with pytest.raises(TypeError, match="abstract"):
        kind()
