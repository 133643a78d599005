"""Constants of JavaScript."""

from __future__ import annotations

import pytest

from yanmen.supply.packages.reading.node_folding import FUNCTIONS, method, number, operate, string


def test_operations_are_those_of_javascript() -> None:
    """Strings win over numbers, bits are of 32, undefined is said."""
    assert operate("+", "a", 1) == "a1"
    assert operate(">>>", -1, 28) == 15
    assert operate("<<", 1, 31) == -(1 << 31)
    assert operate("===", "a", "a") is True
    assert operate("unary~", 5, None) == -6
    assert string([1, None]) == "1,undefined"
    assert number("0x10") == 16


def test_methods_of_strings_and_arrays() -> None:
    """split, reverse is the machine's, replace with simple patterns, codes."""
    assert method("abc", "split", [""]) == ["a", "b", "c"]
    assert method("a-b-c", "replace", ["/-/g", ""]) == "abc"
    assert method(["a", "b"], "join", [""]) == "ab"
    assert method(b"x", "toString", ["hex"]) == "78"
    assert FUNCTIONS["String.fromCharCode"](116, 114) == "tr"
    assert FUNCTIONS["parseInt"]("12px") == 12
    assert FUNCTIONS["Buffer.from"]("dHJ1ZQ", "base64") == b"true"
    with pytest.raises(ValueError, match="not computed"):
        method("abc", "replace", ["/(a|b)+/", ""])
