"""Tensors of checkpoints that are pickles, and of NumPy's archives: views of storages, told without loading anything."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from yanmen.supply.models import checkpoints, zips
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.models.checkpoints import Checkpoint
from yanmen.supply.models.numpy import header
from yanmen.supply.pickles.values import Global, Listed, Made, Mapped, Value
from yanmen.supply.targets import Artifact
from yanmen.supply.weights.tensors import PIECE, Tensor, stretch

DTYPES = {
    "Float": ("F32", 4), "Double": ("F64", 8), "Half": ("F16", 2), "BFloat16": ("BF16", 2), "Byte": ("U8", 1), "Char": ("I8", 1),
    "Short": ("I16", 2), "Int": ("I32", 4), "Long": ("I64", 8), "Bool": ("BOOL", 1), "ComplexFloat": ("C64", 8),
    "float8_e4m3fn": ("F8_E4M3", 1), "float8_e5m2": ("F8_E5M2", 1),
    "uint16": ("U16", 2), "uint32": ("U32", 4), "uint64": ("U64", 8),
}  # fmt: skip
"""Types of torch's, by the storage's class or by the constant, as safetensors spells them, and their bytes."""
_NUMPY = {
    "f2": "F16", "f4": "F32", "f8": "F64", "u1": "U8", "i1": "I8", "i2": "I16", "i4": "I32", "i8": "I64", "b1": "BOOL", "u2": "U16",
    "u4": "U32", "u8": "U64", "c8": "C64",
}  # fmt: skip
_DEEPEST = 60
_SPREAD = 1 << 30
"""Bytes of a storage that a tensor out of order may be spread over: so many are held while it is put in order."""
_VIEWS = {"_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3"}
_PARAMETERS = {"_rebuild_parameter", "_rebuild_parameter_with_state"}
_PARTS = ("_parameters", "_buffers", "_modules")


class View(NamedTuple):
    """A tensor as torch writes it: a storage, and how it is walked."""

    key: str
    dtype: str
    unit: int
    """Bytes of an element."""
    offset: int
    """Elements."""
    shape: tuple[int, ...]
    stride: tuple[int, ...]

    @property
    def last(self) -> int:
        """Index of its last element."""
        return self.offset + sum(
            (size - 1) * step for size, step in zip(self.shape, self.stride, strict=True)
        )

    @property
    def in_order(self) -> bool:
        """Whether its elements lie one after another."""
        expected = 1
        for size, step in zip(reversed(self.shape), reversed(self.stride), strict=True):
            if size != 1 and step != expected:
                return False
            expected *= size
        return True


def read_torch(artifact: Artifact, bounds: Bounds) -> tuple[list[Tensor], dict[str, object]]:
    """Every tensor of a checkpoint, by its path in it; under ``left out`` what is none."""
    checkpoint = checkpoints.opened(artifact, bounds)
    found: list[Tensor] = []
    left: list[str] = []
    shared: dict[str, list[str]] = {}
    for name, value in _walk(checkpoint.value, "", 0):
        view = _view(value)
        if view is None:
            if isinstance(value, Made) and value.kind == "tensor":
                raise Unjudged("unsupported", f"{name}: a sparse, quantised or otherwise special tensor")
            left.append(name)
            continue
        bounds.tick()
        found.append(_tensor(name, view, checkpoint))
        shared.setdefault(view.key, []).append(name)
    same = {names[0]: names[1:] for names in shared.values() if len(names) > 1}
    return found, {"left out": left, "shared": same}


def read_npz(artifact: Artifact, bounds: Bounds) -> tuple[list[Tensor], dict[str, object]]:
    """Every array of numbers of an archive; under ``left out`` any other."""
    archive = zips.Zip(artifact, bounds)
    found: list[Tensor] = []
    left: list[str] = []
    for member in archive.members:
        name = member.name.removesuffix(".npy")
        content = archive.open(member)
        descr, shape, start = header(content)
        code = descr[1:] if isinstance(descr, str) else ""
        if code not in _NUMPY:
            left.append(name)
            continue
        unit = int(code[1:])
        steps = _steps(shape, fortran=b"'fortran_order': True" in content.read(0, start))
        view = View(name, _NUMPY[code], unit, 0, shape, steps)
        place = checkpoints.Place(content, start, unit * math.prod(shape))
        found.append(_tensor(name, view, Checkpoint(None, {name: place}, big=descr[0] == ">")))
    return found, {"left out": left}


def _steps(shape: tuple[int, ...], *, fortran: bool) -> tuple[int, ...]:
    steps, step = [], 1
    for size in shape if fortran else reversed(shape):
        steps.append(step)
        step *= size
    return tuple(steps if fortran else reversed(steps))


def _walk(value: Value, name: str, depth: int) -> Iterator[tuple[str, Value]]:
    """Every leaf of dicts, lists, tuples and modules, with its path."""
    if depth > _DEEPEST:
        raise Unjudged("too-large", "containers within containers")
    for key, inner in _parts(value):
        if not isinstance(key, str | int):
            raise Unjudged("unsupported", f"a key that is neither text nor a number, under {name!r}")
        path = f"{name}.{key}" if name else str(key)
        if _is_container(inner):
            yield from _walk(inner, path if key not in _PARTS or not _is_module(value) else name, depth + 1)
        else:
            yield path, inner
    if not depth and not _is_container(value):
        yield "tensor", value


def _is_container(value: Value) -> bool:
    return isinstance(value, Mapped | Listed | tuple) or (
        isinstance(value, Made) and value.kind in {"mapping", "module"}
    )


def _is_module(value: Value) -> bool:
    return isinstance(value, Made) and value.kind == "module"


def _parts(value: Value) -> list[tuple[Any, Value]]:
    if getattr(value, "lost", False):
        raise Unjudged("too-large", "a container whose content is not held")
    if isinstance(value, Mapped):
        return value.pairs
    if isinstance(value, Listed | tuple):
        return list(enumerate(value.items if isinstance(value, Listed) else value))
    if _is_module(value):
        return [pair for pair in _parts(value.state) if pair[0] in _PARTS]
    if isinstance(value, Made) and value.kind == "mapping":
        given = [pair for arg in value.args for pair in _given(arg)]
        return [*given, *value.items]
    return []


def _given(arg: Value) -> list[tuple[Any, Value]]:
    """Pairs that a dict was made from."""
    if isinstance(arg, Mapped):
        return _parts(arg)
    pairs = [item for _, item in _parts(arg)] if isinstance(arg, Listed) else []
    return [(pair[0], pair[1]) for pair in map(_pair, pairs)]


def _pair(value: Value) -> tuple[Any, Value]:
    items = [item for _, item in _parts(value)]
    if len(items) != 2:  # noqa: PLR2004  # a pair
        raise Unjudged("malformed", "a dict of what are no pairs")
    return items[0], items[1]


def _view(value: Value) -> View | None:
    if not (isinstance(value, Made) and value.kind == "tensor" and isinstance(value.by, Global)):
        return None
    if value.by.name in _PARAMETERS:
        return _view(value.args[0])
    if value.by.name not in _VIEWS:
        return None
    storage, offset, shape, stride = value.args[:4]
    key, dtype, before = storage.args
    if len(value.args) > 6 and isinstance(value.args[6], Global):  # noqa: PLR2004  # the type of an untyped storage
        dtype = value.args[6].name
    if dtype not in DTYPES:
        return None
    return View(key, *DTYPES[dtype], offset + before, shape, stride)


def _tensor(name: str, view: View, checkpoint: Checkpoint) -> Tensor:
    place = checkpoint.places[view.key]
    sane = len(view.shape) == len(view.stride) and all(
        each >= 0 for each in (*view.shape, *view.stride, view.offset)
    )
    count = math.prod(view.shape) if sane else 0
    if not sane or (count and (view.last + 1) * view.unit > place.size):
        raise Unjudged("malformed", f"{name}: it reaches beyond its storage")
    size = count * view.unit
    start = place.start + view.offset * view.unit
    if view.in_order or not count:
        pieces = stretch(place.artifact, start, size, view.unit)
    else:
        pieces = _gathered(name, view, place.artifact, start)
    turned = checkpoint.big and view.unit > 1
    return Tensor(name, view.dtype, view.shape, 1, size, _turned(pieces, view) if turned else pieces)


def _gathered(name: str, view: View, artifact: Artifact, start: int) -> Callable[[], Iterator[bytes]]:
    """The elements of a tensor out of order, in order."""
    spread = (view.last - view.offset + 1) * view.unit
    if spread > _SPREAD or math.prod(view.shape) * view.unit > _SPREAD:
        raise Unjudged("too-large", f"{name}: a tensor out of order over {spread} bytes")

    def pieces() -> Iterator[bytes]:
        held = np.frombuffer(artifact.read(start, spread), f"V{view.unit}")
        steps = [step * view.unit for step in view.stride]
        ordered = np.lib.stride_tricks.as_strided(held, view.shape, steps, writeable=False)
        data = np.ascontiguousarray(ordered).tobytes()
        step = max(PIECE // view.unit, 1) * view.unit
        for at in range(0, len(data), step):
            yield data[at : at + step]

    return pieces


def _turned(pieces: Callable[[], Iterator[bytes]], view: View) -> Callable[[], Iterator[bytes]]:
    """With the least significant byte first; of complex numbers each half."""
    unit = view.unit // 2 if view.dtype == "C64" else view.unit

    def turned() -> Iterator[bytes]:
        for piece in pieces():
            yield np.frombuffer(piece, f"V{unit}").view(np.uint8).reshape(-1, unit)[:, ::-1].tobytes()

    return turned
