"""NumPy's files."""

from __future__ import annotations

import io
import zipfile

import pytest
from tests.supply.models.family import bounds, held, npy
from tests.supply.pickles.assembly import PROTO2, STOP, call, constant, expression, old_name, text

from yanmen.supply.models import numpy
from yanmen.supply.models.bounds import Unjudged
from yanmen.supply.targets import Examined

_COMMAND = PROTO2 + call(old_name("os", "system"), text("id")) + STOP


def _read(data: bytes) -> Examined:
    return numpy.read_npy(held("a.npy", data), bounds())


def test_an_array_of_numbers_calls_nothing() -> None:
    """Plain types and types with fields."""
    assert _read(npy("'<f8'", "(3,)", bytes(24))).proof == "proven_safe"
    assert _read(npy("[('a', '<i4'), ('b', '<f4', (2,))]", "(2, 1)", bytes(24))).proof == "proven_safe"


def test_an_array_of_objects_is_a_pickle() -> None:
    """Whatever its type says besides."""
    for descr in ("'|O'", "[('a', '|O')]", "'whatever'"):
        assert _read(npy(descr, "(1,)", _COMMAND)).proof == "unsafe"
    assert _read(npy("'|O'", "(1,)", expression("[1, 'a']"))).proof == "proven_safe"


def test_more_or_fewer_bytes_than_the_shape_needs() -> None:
    """Neither is clean."""
    assert {found.rule.id for found in _read(npy("'<f8'", "(1,)", bytes(9))).findings} == {
        "model.extra-bytes"
    }
    assert _read(npy("'<f8'", "(1,)", bytes(9))).proof == "unknown"
    assert _read(npy("'<f8'", "(2,)", bytes(9))).proof == "unknown"


@pytest.mark.parametrize(
    "data",
    [
        b"\x93NUMPY",
        npy("'<f8'", "5", b""),
        npy("__import__('os')", "()", b""),
        npy("'f8'", "(-1,)", b""),
        npy("(" * 5000, "()", b""),
    ],
)
def test_a_header_that_is_none_is_not_judged(data: bytes) -> None:
    """It is read as constants, never run."""
    with pytest.raises(Unjudged):
        _read(data)


def test_each_array_of_an_archive_is_read() -> None:
    """By its content, whatever its name."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", npy("'<f8'", "(3,)", bytes(24)))
        archive.writestr("b.npy", npy("'|O'", "()", PROTO2 + constant(1) + STOP))
    assert numpy.read_npz(held("a.npz", made.getvalue()), bounds()).proof == "proven_safe"
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("c.npy", npy("'|O'", "()", _COMMAND))
    assert numpy.read_npz(held("a.npz", made.getvalue()), bounds()).proof == "unsafe"
