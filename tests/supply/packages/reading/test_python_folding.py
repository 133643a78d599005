"""Constants of Python."""

from __future__ import annotations

import base64
import zlib

import pytest

from yanmen.supply.packages.reading.python_folding import FUNCTIONS, decompressed, method, operate


def test_decoders_decode() -> None:
    """Each of them."""
    assert FUNCTIONS["base64.b64decode"](base64.b64encode(b"x")) == b"x"
    assert FUNCTIONS["zlib.decompress"](zlib.compress(b"x")) == b"x"
    assert FUNCTIONS["codecs.decode"]("gehr", "rot13") == "true"
    assert FUNCTIONS["bytes.fromhex"]("78") == b"x"
    assert method("a,b", "split", [","]) == ["a", "b"]
    assert operate("^", 5, 1) == 4


@pytest.mark.parametrize(("op", "left", "right"), [("*", "x", 10**9), ("**", 9, 10**6), ("<<", 1, 10**7)])
def test_what_would_grow_beyond_bounds_is_not_computed(op: str, left: object, right: object) -> None:
    """ValueError instead of memory."""
    with pytest.raises(ValueError, match="too"):
        operate(op, left, right)


def test_a_bomb_is_not_unpacked() -> None:
    """It ends at a bound."""
    with pytest.raises(ValueError, match="too long"):
        decompressed(zlib.compress(b"\0" * 5_000_000))
    with pytest.raises(ValueError, match="too many"):
        FUNCTIONS["range"](10**9)


def test_methods_with_effects_are_none_of_ours() -> None:
    """And codecs that are not known are not used."""
    with pytest.raises(ValueError, match="format_map"):
        method("x", "format_map", [{}])
    with pytest.raises(ValueError, match="mbcs"):
        method(b"x", "decode", ["mbcs"])
