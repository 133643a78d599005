"""Calls that unpickle their argument: what they would do is what the bytes within would do."""

from __future__ import annotations

import pytest
from tests.supply.pickles.assembly import blob, call, name, pickled, text
from tests.supply.pickles.reading import evidence, proof, read, rules

from yanmen.supply.pickles.loads import DEEPEST

_SYSTEM = pickled(call(name("os", "system"), text("id")))
_PLAIN = pickled(text("weights"), b"K\x05\x86")
_PADDED = pickled(blob(b"x" * 100_000), call(name("os", "system"), text("id")), b"\x86")


def _loads(data: bytes, module: str = "pickle") -> bytes:
    return pickled(call(name(module, "loads"), blob(data)))


@pytest.mark.parametrize("module", ["pickle", "_pickle", "dill", "cloudpickle"])
def test_a_call_that_unpickles_plain_data_is_no_call_that_data_needs(module: str) -> None:
    """Nothing else is claimed of it, and the value is known."""
    journal, streams = read(_loads(_PLAIN, module))
    assert {seen.rule.id for seen in journal.findings.values()} == {"pickle.loads-pickles"}
    assert journal.proof == "unsafe"
    assert streams[0].value == ("weights", 5)


@pytest.mark.parametrize(
    "inner", [_SYSTEM, _loads(_SYSTEM), _loads(_loads(_SYSTEM)), _PADDED, _loads(_PADDED)]
)
def test_a_command_within_is_found_as_what_it_is(inner: bytes) -> None:
    """However deep, and behind more bytes than are held."""
    assert "pickle.calls-os" in rules(_loads(inner))
    assert "os.system('id')" in evidence(_loads(inner))


def test_what_is_too_deep_or_broken_is_not_safe() -> None:
    """Nothing is proven of what was not followed."""
    data = _PLAIN
    for _ in range(DEEPEST + 2):
        data = _loads(data)
    for each in (data, _loads(b"\x80\x04"), _loads(b""), pickled(call(name("pickle", "loads"), text("x")))):
        assert proof(each) != "proven_safe"


def test_the_value_within_is_judged_in_its_use() -> None:
    """A function that comes out of the bytes and is called."""
    function = pickled(name("os", "system"))
    assert proof(pickled(call(call(name("pickle", "loads"), blob(function)), text("id")))) == "unsafe"


_MAGIC = b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19"
_TENSOR = (
    b"ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu")
    + b"K\x02tQK\x00K\x02\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR"
)  # fmt: skip


def _torch(value: bytes, storage: bytes = b"\2" + bytes(7) + bytes(8)) -> bytes:
    two = b"\x80\x02"
    pickles = (_MAGIC, b"M\xe9\x03", b"}", value, b"](" + text("0") + b"e")
    return b"".join(two + each + b"." for each in pickles) + storage


def _within_torch(data: bytes) -> bytes:
    return pickled(call(name("torch.storage", "_load_from_bytes"), blob(data)))


def test_a_tensor_within_bytes_is_proven_safe() -> None:
    """As a pickled tensor of torch holds it."""
    assert proof(_within_torch(_torch(_TENSOR))) == "proven_safe"


def test_harm_within_a_tensors_bytes_is_found() -> None:
    """The way around those who allow the call by its name."""
    assert "pickle.calls-os" in rules(_within_torch(_torch(call(name("os", "system"), text("id")))))


@pytest.mark.parametrize("storage", [b"", b"\3" + bytes(7) + bytes(12), b"\2" + bytes(7) + bytes(9)])
def test_storages_that_do_not_fit_are_not_safe(storage: bytes) -> None:
    """Missing, of another length, with bytes behind them."""
    assert proof(_within_torch(_torch(_TENSOR, storage))) != "proven_safe"
