"""joblib's arrays: a wrapper is built, and the array's bytes, or a pickle of its objects, follow it in the stream."""

from __future__ import annotations

import math

from yanmen.supply.pickles.arrays import has_objects, item_size
from yanmen.supply.pickles.machine import Machine
from yanmen.supply.pickles.tape import BrokenStream
from yanmen.supply.pickles.values import Made, Mapped, Value

WRAPPER = "joblib.numpy_pickle.NumpyArrayWrapper"


def take_array(machine: Machine, built: Value) -> Value:
    """The array in the place of its wrapper; anything else as it is. BrokenStream where the wrapper says what cannot be."""
    if not (isinstance(built, Made) and built.kind == "wrapper"):
        return built
    state = built.state if isinstance(built.state, Mapped) else Mapped()
    machine.leave_frame()
    dtype, shape = state.get("dtype"), state.get("shape")
    if not isinstance(shape, tuple) or not all(type(each) is int and each >= 0 for each in shape):
        raise BrokenStream("an array without a shape")
    if has_objects(dtype):
        content = machine.within()
        return Made(kind="ndarray", by=built.by, args=(dtype, shape), state=content)
    size = item_size(dtype)
    if size is None:
        raise BrokenStream("an array whose elements have no size")
    if state.get("numpy_array_alignment_bytes") is not None:
        machine.skip(machine.take(1)[0])
    at = machine.offset
    machine.skip(size * math.prod(shape))
    machine.limit = 0
    return Made(kind="ndarray", by=built.by, args=(dtype, shape, at))
