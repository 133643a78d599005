"""Elements as numbers: of every plain type, and of ggml's plain blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float32]
_PLAIN = {
    "BOOL": "?", "U8": "u1", "I8": "i1", "U16": "<u2", "I16": "<i2", "F16": "<f2", "U32": "<u4", "I32": "<i4", "F32": "<f4",
    "U64": "<u8", "I64": "<i8", "F64": "<f8",
}  # fmt: skip
_BLOCKS = {"Q8_0": 34, "Q4_0": 18, "Q4_1": 20, "Q5_0": 22, "Q5_1": 24}
"""Blocks of 32 elements whose layout is read here, with their bytes; those of K-quants are not."""
FLOATS = frozenset({"F64", "F32", "F16", "BF16"})


def known(dtype: str) -> bool:
    """Whether elements of a type can be read as numbers."""
    return dtype in _PLAIN or dtype in _BLOCKS or dtype == "BF16" or dtype in _SMALL


def numbers(dtype: str, data: bytes) -> npt.NDArray[Any]:
    """The elements of a piece; of small floats and blocks as float32. KeyError where the type is not known."""
    if dtype in _PLAIN:
        return np.frombuffer(data, _PLAIN[dtype])
    if dtype == "BF16":
        return (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4")
    if dtype in _SMALL:
        return _SMALL[dtype][np.frombuffer(data, np.uint8)]
    return _blocks(dtype, np.frombuffer(data, np.uint8).reshape(-1, _BLOCKS[dtype]))


def cast(values: npt.NDArray[Any], dtype: str) -> npt.NDArray[Any]:
    """Numbers as they are after being stored in another type, to the nearest and ties to even; KeyError for blocks."""
    if dtype != "BF16":
        with np.errstate(over="ignore", invalid="ignore"):
            return values.astype(_PLAIN[dtype])
    bits = np.ascontiguousarray(values, "<f4").view("<u4")
    rounded = (bits + (((bits >> 16) & 1) + np.uint32(0x7FFF))) & np.uint32(0xFFFF0000)
    return np.where(np.isnan(values), np.float32(np.nan), rounded.view("<f4"))


def _blocks(dtype: str, blocks: npt.NDArray[np.uint8]) -> Numbers:
    """Ggml's blocks of 32: a scale, perhaps a least value, then 8, 5 or 4 bits each."""
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    if dtype == "Q8_0":
        return (scale * blocks[:, 2:].view(np.int8)).astype(np.float32).reshape(-1)
    least = blocks[:, 2:4].copy().view("<f2").astype(np.float32) if dtype.endswith("_1") else None
    at = 2 if least is None else 4
    packed = blocks[:, -16:]
    values = np.concatenate([packed & 0x0F, packed >> 4], axis=1).astype(np.int32)
    if dtype.startswith("Q5"):
        high = np.unpackbits(blocks[:, at : at + 4], axis=1, bitorder="little").astype(np.int32)
        values |= high << 4
    if least is not None:
        return (scale * values + least).astype(np.float32).reshape(-1)
    return (scale * (values - (16 if dtype == "Q5_0" else 8))).astype(np.float32).reshape(-1)


def _table(exponents: int, fractions: int, bias: int, *, infinite: bool) -> Numbers:
    """All 256 values of a float of eight bits."""
    found = np.empty(256, np.float32)
    for code in range(256):
        exponent = (code >> fractions) & ((1 << exponents) - 1)
        fraction = code & ((1 << fractions) - 1)
        value = (
            fraction / (1 << fractions) * 2.0 ** (1 - bias)
            if exponent == 0
            else (1 + fraction / (1 << fractions)) * 2.0 ** (exponent - bias)
        )
        if infinite and exponent == (1 << exponents) - 1:
            value = np.inf if fraction == 0 else np.nan
        elif not infinite and code & 0x7F == 0x7F:  # noqa: PLR2004 (the one pattern that is no number)
            value = np.nan
        found[code] = -value if code & 0x80 else value
    return found


_SMALL = {"F8_E4M3": _table(4, 3, 7, infinite=False), "F8_E5M2": _table(5, 2, 15, infinite=True)}
