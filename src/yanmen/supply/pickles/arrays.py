"""What NumPy's own state may say. An element's type that hides that it holds objects would have raw bytes taken for pointers."""

from __future__ import annotations

import re
from typing import Any

from yanmen.supply.pickles.values import Global, Large, Listed, Made, Mapped

_CODE = re.compile(
    r"[|<>=]?(?:([?bBhHiIlLqQefdgFDGpP])|([biufcSUVOaT])([0-9]{1,9})|([OSUVT])|([mM])8?(\[[0-9a-zA-Z]{1,8}\])?)"
)
_SIZES = dict(zip("?bBhHiIqQefdFDpP", (1, 1, 1, 2, 2, 4, 4, 8, 8, 2, 4, 8, 8, 16, 8, 8), strict=True))
_DEEPEST = 8
_OBJECT_FLAGS = 3
"""NPY_ITEM_REFCOUNT and NPY_LIST_PICKLE: what an element that holds objects is marked with."""
_NAMES, _FIELDS, _SIZE, _FLAGS = 3, 4, 5, 7
"""Places in a type's state."""


def is_code(value: Any) -> bool:
    """Whether it is the code of one plain type: ``f8``, ``<U12``, ``O8``, ``M8[ns]``."""
    return type(value) is str and _CODE.fullmatch(value) is not None


def item_size(dtype: Any) -> int | None:
    """Bytes of an element; None where that is not known."""
    if not isinstance(dtype, Made) or dtype.kind != "dtype" or not dtype.args:
        return None
    if isinstance(dtype.state, tuple) and len(dtype.state) > _SIZE:
        size = dtype.state[_SIZE]
        if type(size) is int and size >= 0:
            return size
    return code_size(dtype.args[0])


def code_size(code: Any) -> int | None:
    """Bytes of an element by its code; None where it is none."""
    found = _CODE.fullmatch(code) if type(code) is str else None
    if found is None:
        return None
    if found[1]:
        return _SIZES.get(found[1])
    if found[3]:
        return int(found[3]) * (4 if found[2] == "U" else 1)
    return 8 if found[4] == "O" or found[5] else 0


def has_objects(dtype: Any, depth: int = 0) -> bool:
    """Whether an element holds references to objects. True where that is not known."""
    if depth > _DEEPEST or not isinstance(dtype, Made) or dtype.kind != "dtype":
        return True
    first = dtype.args[0] if dtype.args else dtype.by
    if isinstance(first, Global):
        return "object" in first.name.lower() or first.name == "dtype"
    if not is_code(first) or "O" in first:
        return True
    return any(has_objects(part, depth + 1) for part in _parts(dtype.state))


def _parts(state: Any) -> list[Any]:
    """The types that a compound one is made of."""
    if not isinstance(state, tuple) or len(state) <= _FIELDS:
        return []
    fields, base = state[_FIELDS], state[2]
    inner = [base[0]] if isinstance(base, tuple) and base else []
    if isinstance(fields, Mapped):
        inner += [item[0] if isinstance(item, tuple) and item else None for _, item in fields.pairs]
    return inner


_WRAPPED = frozenset({"subclass", "shape", "order", "dtype", "allow_mmap", "numpy_array_alignment_bytes"})


def is_wrapper_state(state: Any) -> bool:
    """Whether it sets what joblib's wrapper has, and not its ``read``, which joblib would call."""
    return (
        isinstance(state, Mapped)
        and not state.lost
        and all(type(key) is str and key in _WRAPPED for key, _ in state.pairs)
    )


def is_dtype_state(state: Any) -> bool:
    """Whether it says of the type only what is so: objects are marked as such, and no field lies outside its element."""
    if not isinstance(state, tuple) or not _FLAGS < len(state) <= _FLAGS + 2:
        return False
    version, order, base, names, fields, size, alignment, flags = state[:8]
    if not (
        type(version) is int
        and isinstance(order, str)
        and all(type(n) is int for n in (size, alignment, flags))
    ):
        return False
    if any(has_objects(part) for part in _parts(state)) and flags & _OBJECT_FLAGS != _OBJECT_FLAGS:
        return False
    if base is not None and not (isinstance(base, tuple) and len(base) == 2):  # noqa: PLR2004
        return False
    if fields is None:
        return names is None
    return (
        isinstance(fields, Mapped)
        and not fields.lost
        and isinstance(names, tuple)
        and _all_inside(fields, size)
    )


def _all_inside(fields: Mapped, size: int) -> bool:
    for _, item in fields.pairs:
        if not isinstance(item, tuple) or len(item) < 2 or type(item[1]) is not int:  # noqa: PLR2004
            return False
        length = item_size(item[0])
        if length is None or item[1] < 0 or item[1] + length > size:
            return False
    return True


def is_array_state(state: Any) -> bool:
    """Whether it is (version, shape, type, order, content) with objects as a list and all else as bytes."""
    if not isinstance(state, tuple) or len(state) < 4:  # noqa: PLR2004
        return False
    rest = state[1:] if type(state[0]) is int else state
    if len(rest) < 4 or not isinstance(rest[0], tuple) or not all(type(n) is int for n in rest[0]):  # noqa: PLR2004
        return False
    dtype, content = rest[1], rest[3]
    if not isinstance(dtype, Made) or dtype.kind != "dtype":
        return False
    if has_objects(dtype):
        return isinstance(content, Listed)
    return isinstance(content, bytes | str | Large) or (
        isinstance(content, Made) and content.kind == "bytearray"
    )
