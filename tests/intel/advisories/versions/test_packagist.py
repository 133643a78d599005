"""Composer's versions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.intel.advisories.versions import packagist


def test_every_case_of_others_agrees_but_for_what_is_explained(
    judged: Callable[..., dict[str, list[str]]],
) -> None:
    """PHP itself tells 1.0.0 from 1.0; Composer fills up to four numbers first, so that they are one version."""
    found = judged("packagist", packagist.key)

    assert found["differs"] == ["1.0.0 > 1.0"]
    assert len(found["agrees"]) > 200
    assert {"dev-foo < 1.26.0", "1.2.3.# = 1.2.3"} <= set(found["refused"])


def test_an_open_end_is_beyond_its_releases() -> None:
    """A branch alias is the newest of its line."""
    texts = ["1.0-dev", "1.0-alpha1", "1.0-beta2", "1.0-RC1", "1.0", "1.0-p1", "1.2.9", "1.x-dev", "2.0"]

    assert sorted(texts, key=packagist.key) == texts


@pytest.mark.parametrize("text", ["dev-main", "", "1.2.3.4.5.6.7.8.9"])
def test_a_branch_has_no_place(text: str) -> None:
    """It cannot be told."""
    with pytest.raises(ValueError, match="no version"):
        packagist.key(text)
