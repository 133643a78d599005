"""What an unpickler would run, whatever it begins with."""

from __future__ import annotations

import io

import pytest

from yanmen.supply.pickles.running import MOST, runs

CALL = b"cos\nsystem\n(S'id'\ntR"


def _runs(data: bytes) -> bool:
    return runs(io.BytesIO(data), len(data))


@pytest.mark.parametrize(
    "data",
    [
        CALL + b".",
        CALL,
        CALL + b".\nand a text behind it",
        b"K\x010" + CALL,
        b"(0" + CALL,
        b"V" + b"x" * 300_000 + b"\n0" + CALL,
        b"B\x00\x10\x00\x00" + b"x" * 4096 + b"0" + CALL,
        b"(S'id'\nios\nsystem\n.",
        b"(cos\nsystem\nS'id'\no.",
        b"X\x02\0\0\0osX\x06\0\0\0system\x93X\x02\0\0\0id\x85R.",
        b"cos\nsystem\n)\x81.",
        b"cos\nsystem\n}b.",
        b"\x82\x01)R.",
        b"N0" * MOST,
    ],
)
def test_a_stream_that_calls_is_told_from_its_first_byte_on(data: bytes) -> None:
    """Without a protocol, behind padding, cut behind the call, before a text; by each way to call."""
    assert _runs(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"K\x01.",
        b"cat\ndog\nRabbit\n",
        b"class\nfoo bar\nR",
        b"import os\nos.system('id')\n",
        b"N" * 100 + b"ACGT",
        b"PK\x03\x04\n" + CALL,
        b"cos\nsystem\nS'id'\n",
        b"cos\nsystem\ntR.",
        b"cos\n",
        b"X\xff\xff\xff\x7fid",
        b"\x93NUMPY\x01\x00",
    ],
)
def test_words_and_plain_data_are_none(data: bytes) -> None:
    """Opcodes need what they take from the stack, and a name before a call."""
    assert not _runs(data)


def test_a_whole_one_without_a_call_is_told_where_that_is_asked() -> None:
    """Much text begins as plain data does, and few texts end so."""
    for data, whole in (
        (b"(lp0\nI1\na.", True),
        (b"I1\n.", True),
        (b".", False),
        (b"Nothing.", False),
        (b"(", False),
    ):
        assert runs(io.BytesIO(data), len(data), ends=True) is whole
        assert not _runs(data)
