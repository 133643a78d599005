"""The projection of model versions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.core.nouns import Event
from yanmen.store import Store
from yanmen.store.models import version_of

Make = Callable[..., Event]
FILES = {"card.json": "0" * 64, "lexical.npz": "1" * 64}


def test_a_version_is_named_by_its_files() -> None:
    """In whatever order; other content is another version."""
    assert version_of(FILES) == version_of(dict(reversed(FILES.items())))
    assert version_of(FILES) != version_of(FILES | {"card.json": "2" * 64})


def test_the_newest_measurement_is_kept(store: Store, event: Make) -> None:
    """Beside the version, which is otherwise as it was."""
    version = version_of(FILES)
    store.append(event("model.registered", model={"version": version, "files": FILES})).result(30)
    for passed in (False, True):
        store.append(event("model.evaluated", model=version, passed=passed)).result(30)

    found = store.models.get(version)

    assert found is not None
    assert (found.state, found.evaluation) == ("candidate", {"model": version, "passed": True})


@pytest.mark.parametrize(
    "model",
    [
        {"version": "mdl_0123456789abcdef", "files": {"../card.json": "0" * 64}},
        {"version": "mdl_0123456789abcdef", "files": {"card.json": "../0"}},
        {"version": "../x", "files": FILES},
        {"version": "mdl_0123456789abcdef", "files": {}},
    ],
)
def test_names_that_could_lead_elsewhere_are_refused(
    store: Store, event: Make, model: dict[str, object]
) -> None:
    """The event is not written."""
    with pytest.raises(ValueError, match="no version of a model"):
        store.append(event("model.registered", model=model)).result(30)
    assert store.models.list() == []
