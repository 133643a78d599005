"""Elements as numbers, compared with the formats' own libraries."""

from __future__ import annotations

import gguf
import numpy as np
import pytest

from yanmen.supply.weights.numbers import cast, known, numbers

RANDOM = np.random.default_rng(1)


@pytest.mark.parametrize("kind", ["Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"])
def test_blocks_are_read_as_their_own_library_reads_them(kind: str) -> None:
    """To the bit."""
    number = gguf.GGMLQuantizationType[kind]
    packed = gguf.quants.quantize(RANDOM.normal(size=(8, 64)).astype(np.float32), number)

    assert np.array_equal(numbers(kind, packed.tobytes()), gguf.quants.dequantize(packed, number).reshape(-1))


def test_brain_floats_are_cast_as_their_own_library_casts_them() -> None:
    """To the nearest, ties to even."""
    values = (RANDOM.normal(size=4096) * 10.0 ** RANDOM.integers(-30, 30, 4096)).astype(np.float32)
    packed = gguf.quants.quantize(values.reshape(1, -1), gguf.GGMLQuantizationType.BF16)

    assert np.array_equal(cast(values, "BF16"), numbers("BF16", packed.tobytes()))
    assert np.isnan(cast(np.array([np.nan], np.float32), "BF16"))[0]


def test_plain_and_small_types_are_read() -> None:
    """Integers, halves, and floats of eight bits (OCP's tables of E4M3 and E5M2)."""
    assert numbers("I16", b"\xff\xff\x02\0").tolist() == [-1, 2]
    assert numbers("F16", np.array([1.5], np.float16).tobytes()).tolist() == [1.5]
    assert numbers("F8_E4M3", b"\x38\x7e\x01\xb8").tolist() == [1.0, 448.0, 2.0**-9, -1.0]
    assert numbers("F8_E5M2", b"\x3c\x7b\x7c\x01").tolist() == [1.0, 57344.0, np.inf, 2.0**-16]
    assert np.isnan(numbers("F8_E4M3", b"\x7f"))[0]


def test_what_is_not_known_is_not_guessed() -> None:
    """K-quants are not read here."""
    assert known("F32")
    assert not known("Q4_K")
    with pytest.raises(KeyError):
        numbers("Q4_K", b"\0" * 144)
