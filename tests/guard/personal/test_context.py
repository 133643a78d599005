"""The nearest label counts."""

from __future__ import annotations

import pytest

from yanmen.guard.personal.context import Labels, claim, folded, inside
from yanmen.guard.spans import Before

PHONE = Labels("手机|phone")


@pytest.mark.parametrize(
    ("before", "says"),
    [
        ("我的手机号是", 1),
        ("订单号：", -1),
        ("手机已发货，订单号：", -1),
        ("订单号 123，手机：", 1),
        ("phone ", 1),
        ("就是这个 ", 0),
        ("手机" + "很" * 60, 0),
    ],
)
def test_the_nearest_label_counts(before: str, says: int) -> None:
    """For or against; far away it says nothing."""
    assert PHONE.say(Before(before)) == says


@pytest.mark.parametrize("before", ["3.", "12-", "id=", "$", "¥ ", "x/", "ab12-"])
def test_a_part_of_something_longer_is_nothing_by_itself(before: str) -> None:
    """Decimals, paths, assignments, amounts."""
    assert inside(Before(before))
    assert not inside(Before("号码 "))


def test_evidence_and_subject_say_too_little_to_find_the_value() -> None:
    """A hash of eleven digits can be undone by trying them all, so there is none."""
    said = claim("mobile", "13812345678", 0.9)

    assert "12345678" not in said.evidence
    assert said.subject is not None
    assert str(said.subject) == "personal:mobile"
    assert folded("１３Ｘ") == "13x"
