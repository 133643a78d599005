"""What TensorFlow's operations do."""

from __future__ import annotations

from yanmen.supply.models.operations import FILES, HARMLESS, NETWORK, RUNS, SAVERS, SAVING


def test_no_operation_is_both_harmless_and_not() -> None:
    """Each stands in one list."""
    assert set() == HARMLESS & (RUNS | FILES | NETWORK | SAVERS)
    assert RUNS & FILES == FILES & NETWORK == set()


def test_the_usual_savers_are_known_by_where_they_stand() -> None:
    """TensorFlow 1 keeps them in a scope, 2 in a function."""
    assert all(SAVING.match(name) for name in ("save/SaveV2", "save_1/SaveV2", "__inference__traced_save_12"))
    assert not any(SAVING.match(name) for name in ("saver", "serving/save/SaveV2", "__inference_call_1", ""))
