"""joblib's packed files."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable

import pytest
from tests.supply.models.family import bounds, held
from tests.supply.pickles.assembly import PROTO2, PROTO4, STOP, call, constant, expression, old_name, text
from tests.supply.pickles.test_wrapped import wrapper

from yanmen.supply.models import joblib, pickles
from yanmen.supply.models.bounds import Unjudged
from yanmen.supply.targets import Examined

_COMMAND = PROTO2 + call(old_name("os", "system"), text("id")) + STOP
_ARRAY = (
    PROTO4 + b"](" + wrapper("f8", 3, aligned=True) + b"\x02\0\0" + b"\xfe" * 24 + constant(7) + b"e" + STOP
)
_PACKERS: list[Callable[[bytes], bytes]] = [zlib.compress, gzip.compress, bz2.compress, lzma.compress]


def _read(data: bytes) -> Examined:
    return joblib.read(held("a.joblib", data), bounds())


@pytest.mark.parametrize("pack", _PACKERS)
def test_what_is_packed_is_read(pack: Callable[[bytes], bytes]) -> None:
    """Whichever way it was packed."""
    assert _read(pack(_ARRAY)).proof == "proven_safe"
    assert _read(pack(_COMMAND)).proof == "unsafe"


def test_bytes_behind_the_pickle_or_the_packed_data_are_said() -> None:
    """Another loader may read on."""
    assert _read(zlib.compress(expression("1") + b"tail")).proof == "unknown"
    assert _read(zlib.compress(expression("1")) + b"tail").proof == "unknown"


def test_anything_else_that_is_packed_is_examined_by_its_content() -> None:
    """A pickle of protocol 0, say."""
    assert _read(gzip.compress(b"cos\nsystem\n(S'id'\ntR.")).proof == "unsafe"


def test_other_packings_are_not_judged() -> None:
    """lz4 is not in the standard library."""
    with pytest.raises(Unjudged):
        _read(b"\x04\x22\x4d\x18" + bytes(20))


def test_a_file_that_is_not_packed_is_judged_for_both_loaders() -> None:
    """Joblib passes over the array's bytes; for pickle.load they are opcodes."""
    assert pickles.read(held("a.joblib", _ARRAY), bounds()).proof == "proven_safe"
    hidden = call(old_name("os", "system"), text("id")) + b"0"
    padded = hidden + b"N" + b"0N" * ((8 - (len(hidden) + 1) % 8) // 2) + b"0" * 8
    padded = padded[: len(padded) // 8 * 8]
    both = (
        PROTO4 + b"](" + wrapper("f8", len(padded) // 8, aligned=False) + padded + constant(7) + b"e" + STOP
    )
    examined = pickles.read(held("a.joblib", both), bounds())
    assert examined.proof == "unsafe"
    assert examined.format == "joblib"
