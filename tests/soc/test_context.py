"""What a response is given to act with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Ref
from yanmen.soc.context import Context, act, acts

if TYPE_CHECKING:
    from tests.soc.conftest import Scene


def test_the_catalogue_finds_every_act_by_name(scene: Scene, person: Ref) -> None:
    """And each can be made with a context alone."""
    context = Context(store=scene.store, actor=person, key="act_1")

    assert {"ban", "mark", "notify"} <= set(acts())
    assert all(act(name, context).name == name for name in acts())


def test_an_unknown_act_is_an_error_that_names_the_known(scene: Scene, person: Ref) -> None:
    """So that a playbook's writer can mend it."""
    with pytest.raises(YanmenError) as problem:
        act("format-disk", Context(store=scene.store, actor=person, key="act_1"))

    assert "ban" in problem.value.hint.en
