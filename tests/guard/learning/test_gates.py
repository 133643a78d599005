"""Gates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.guard.learning.gates import chance, flips, measure
from yanmen.guard.learning.rows import Row

BENIGN = [Row(text=f"好的 {number}", label="benign", lang="zh") for number in range(400)]
ATTACKS = [Row(text=f"attack {number}", label="attack", lang="en", kind="override") for number in range(100)]
ROWS = BENIGN + ATTACKS
RIGHT = [row.attack for row in ROWS]


def flipped(*places: int) -> list[bool]:
    """Right but for these."""
    return [said != (place in places) for place, said in enumerate(RIGHT)]


def test_the_same_answers_pass_every_gate() -> None:
    """Benign gates come first; all of a side are a gate too."""
    found = measure(ROWS, flipped(1, 401), flipped(1, 401))

    assert found.passed
    assert [gate.name for gate in found.gates] == ["benign/all", "benign/zh", "attack/all", "override/en"]
    assert [(gate.rows, gate.before, gate.after, gate.p) for gate in found.gates[:2]] == [
        (400, 399, 399, 1.0)
    ] * 2


def test_a_loss_that_chance_explains_passes_up_to_the_slack() -> None:
    """Two benign rows of four hundred may go, three may not; of a hundred attacks two."""
    assert measure(ROWS, flipped(), flipped(1, 2)).passed
    assert measure(ROWS, flipped(), flipped(1, 2, 3)).worse == ("benign/all", "benign/zh")
    assert measure(ROWS, flipped(), flipped(401, 402)).passed
    assert measure(ROWS, flipped(), flipped(401, 402, 403)).worse == ("attack/all", "override/en")


def test_what_is_gained_elsewhere_buys_nothing() -> None:
    """Sixty attacks more for three false alarms: refused."""
    before, after = flipped(*range(400, 460)), flipped(1, 2, 3)

    assert measure(ROWS, before, after).worse == ("benign/all", "benign/zh")


def test_many_changes_in_both_directions_are_judged_by_their_balance() -> None:
    """Twenty broken against five mended is no chance, though the net of a larger set were within the slack."""
    many = BENIGN * 10
    before = [place < 5 for place in range(len(many))]
    after = [10 <= place < 30 for place in range(len(many))]

    (total, _) = measure(many, before, after).gates
    assert (total.mended, total.broken) == (5, 20)
    assert total.broken - total.mended <= 20
    assert total.p < 0.05
    assert not total.passed


@pytest.mark.parametrize(
    ("broken", "mended", "p"), [(0, 0, 1.0), (1, 0, 0.5), (5, 0, 1 / 32), (0, 5, 1.0), (3, 1, 5 / 16)]
)
def test_the_exact_test_of_paired_answers(broken: int, mended: int, p: float) -> None:
    """Sums of the binomial distribution."""
    assert chance(broken, mended) == pytest.approx(p)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_a_model_that_is_right_wherever_the_other_is_passes(pairs: list[tuple[bool, bool]]) -> None:
    """Whatever else it mends."""
    rows = [(BENIGN + ATTACKS)[place * 8] for place in range(len(pairs))]
    before = [row.attack if right else not row.attack for row, (right, _) in zip(rows, pairs, strict=True)]
    after = [
        row.attack if right or mended else not row.attack
        for row, (right, mended) in zip(rows, pairs, strict=True)
    ]

    found = measure(rows, before, after)

    assert found.passed
    assert all(right for _, right in flips(rows, before, after))
