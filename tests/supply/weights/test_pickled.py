"""Tensors of checkpoints, told without loading them."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from tests.supply.models.family import (
    bounds,
    held,
    ints,
    npy,
    state,
    storage,
    tensor,
    torch_legacy,
    torch_zip,
)
from tests.supply.pickles.assembly import PROTO2, STOP, call, constant, expression, old_name, text

from yanmen.supply.models.bounds import Unjudged
from yanmen.supply.weights.pickled import DTYPES, read_npz, read_torch
from yanmen.supply.weights.tensors import Tensor

_NUMBERS = struct.pack("<24f", *range(24))


def _tensors(data: bytes) -> tuple[dict[str, Tensor], dict[str, object]]:
    found, facts = read_torch(held("m.pt", data), bounds())
    return {each.name: each for each in found}, facts


def _floats(each: Tensor) -> tuple[float, ...]:
    data = b"".join(each.opened())
    assert len(data) == each.size
    return struct.unpack(f"<{len(data) // 4}f", data)


def test_views_of_one_storage_are_told_apart() -> None:
    """A piece, a transpose, every second column, one element many times, nothing at all."""
    values = state(
        piece=tensor("0", "Float", 24, (3,), (1,), 5),
        turned=tensor("0", "Float", 24, (6, 4), (1, 6)),
        second=tensor("0", "Float", 24, (4, 3), (6, 2)),
        spread=tensor("0", "Float", 24, (3,), (0,), 7),
        empty=tensor("0", "Float", 24, (0, 3), (3, 1)),
    )
    for data in (torch_zip(values, {"0": _NUMBERS}), torch_legacy(values, {"0": (24, _NUMBERS)})):
        found, facts = _tensors(data)
        assert _floats(found["piece"]) == (5, 6, 7)
        assert _floats(found["turned"]) == tuple(
            float(row + 6 * column) for row in range(6) for column in range(4)
        )
        assert _floats(found["second"]) == tuple(
            float(6 * row + 2 * column) for row in range(4) for column in range(3)
        )
        assert _floats(found["spread"]) == (7, 7, 7)
        assert found["empty"].size == 0
        assert facts["shared"] == {"piece": ["turned", "second", "spread", "empty"]}


@pytest.mark.parametrize("kind", [kind for kind in DTYPES if kind[0].isupper()])
def test_each_type_keeps_its_bytes(kind: str) -> None:
    """As they are."""
    dtype, unit = DTYPES[kind]
    content = bytes(range(3 * unit))
    found, _ = _tensors(torch_zip(state(w=tensor("0", kind, 3, (3,), (1,))), {"0": content}))
    assert (found["w"].dtype, b"".join(found["w"].opened())) == (dtype, content)


def test_numbers_of_the_other_byte_order_are_turned_round() -> None:
    """A file that a big-endian machine wrote."""
    data = torch_zip(state(w=tensor("0", "Float", 2, (2,), (1,))), {"0": struct.pack(">2f", 1, 2)})
    found, _ = _tensors(data.replace(b"little", b"big   "))
    assert b"".join(found["w"].opened()) == struct.pack("<2f", 1, 2)


def test_paths_lead_through_dicts_lists_and_modules() -> None:
    """What is no tensor is named as left out."""
    weight = tensor("0", "Float", 24, (2,), (1,))
    parameter = call(
        old_name("torch._utils", "_rebuild_parameter"),
        weight,
        constant(True),
        old_name("collections", "OrderedDict") + b")R",
    )
    parts = (
        b"}("
        + text("_parameters")
        + b"}("
        + text("weight")
        + parameter
        + b"u"
        + text("training")
        + constant(True)
        + b"u"
    )
    module = old_name("torch.nn.modules.linear", "Linear") + b")\x81" + parts + b"b"
    ordered = old_name("collections", "OrderedDict") + b")R(" + text("b") + weight + b"u"
    values = state(model=ordered, layers=b"](" + weight + module + b"e", epoch=constant(3))
    found, facts = _tensors(torch_zip(values, {"0": _NUMBERS}))
    assert set(found) == {"model.b", "layers.0", "layers.1.weight"}
    assert facts["left out"] == ["epoch"]


def test_a_tensor_beyond_its_storage_is_refused() -> None:
    """Whichever way it gets there."""
    for wrong in (
        tensor("0", "Float", 24, (25,), (1,)),
        tensor("0", "Float", 24, (2,), (24,)),
        tensor("0", "Float", 24, (1,), (1,), 24),
        tensor("0", "Float", 24, (2,), (-1,), 5),
        tensor("0", "Float", 24, (2, 2), (1,)),
    ):
        with pytest.raises(Unjudged):
            _tensors(torch_zip(state(w=wrong), {"0": _NUMBERS}))


def test_a_special_tensor_is_refused_and_not_left_out() -> None:
    """A quantised one has more than its storage says."""
    quantised = call(
        old_name("torch._utils", "_rebuild_qtensor"),
        storage("0", "QInt8", 4),
        constant(0),
        ints(4),
        ints(1),
        b")",
        constant(False),
        b"N",
    )
    with pytest.raises(Unjudged, match="special"):
        _tensors(torch_zip(state(w=quantised), {"0": bytes(4)}))


def test_a_checkpoint_that_runs_code_is_refused() -> None:
    """Its tensors are not even looked at."""
    with pytest.raises(Unjudged, match="not proven safe"):
        _tensors(torch_zip(PROTO2 + call(old_name("os", "system"), text("id")) + STOP, {}))


def test_arrays_of_numpy_in_either_order() -> None:
    """And what is no number is left out."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", npy("'<f4'", "(2, 3)", _NUMBERS[:24]))
        turned = npy("'<f4'", "(2, 3)", _NUMBERS[:24]).replace(
            b"'fortran_order': False", b"'fortran_order': True "
        )
        archive.writestr("b.npy", turned)
        archive.writestr("c.npy", npy("'>i2'", "(1,)", b"\x01\x02"))
        archive.writestr("d.npy", npy("'<U3'", "(1,)", bytes(12)))
        archive.writestr("e.npy", npy("'|O'", "()", expression("1")))
    found, facts = read_npz(held("a.npz", made.getvalue()), bounds())
    tensors = {each.name: each for each in found}
    assert _floats(tensors["a"]) == (0, 1, 2, 3, 4, 5)
    assert _floats(tensors["b"]) == (0, 2, 4, 1, 3, 5)
    assert b"".join(tensors["c"].opened()) == b"\x02\x01"
    assert facts["left out"] == ["d", "e"]
