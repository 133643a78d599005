"""PyTorch's files, in all their forms."""

from __future__ import annotations

import io
import struct
import tarfile

from tests.supply.models.family import bounds, held, state, tensor, torch_legacy, torch_zip
from tests.supply.pickles.assembly import PROTO2, STOP, call, constant, old_name, pickled, text, tuple_of

from yanmen.supply.models import torch
from yanmen.supply.targets import Examined

_ONE = state(w=tensor("0", "Float", 6, (2, 3), (3, 1)))
_COMMAND = PROTO2 + call(old_name("os", "system"), text("id")) + STOP


def _read(data: bytes) -> Examined:
    return torch.read(held("m.pt", data), bounds())


def _rules(examined: Examined) -> set[str]:
    return {found.rule.id for found in examined.findings}


def test_a_checkpoint_is_proven_safe() -> None:
    """Of both forms, with the steps of the proof."""
    for data in (torch_zip(_ONE, {"0": bytes(24)}), torch_legacy(_ONE, {"0": (6, bytes(24))})):
        examined = _read(data)
        assert examined.proof == "proven_safe", examined
        assert any(step.startswith("torch._utils._rebuild_tensor_v2") for step in examined.steps)
        assert examined.facts["storages"] == "1"


def test_a_command_in_it_is_found() -> None:
    """Wherever it lies."""
    for data in (
        torch_zip(_COMMAND, {}),
        torch_zip(_ONE, {"0": bytes(24)}, other_dot_pkl=_COMMAND),
        torch_zip(_ONE, {"0": bytes(24)}, sub__data_dot_pkl=_COMMAND),
        torch_legacy(_COMMAND, {}),
        _COMMAND + torch_legacy(_ONE, {"0": (6, bytes(24))}),
    ):
        assert _rules(_read(data)) >= {"pickle.calls-os"}
        assert _read(data).proof == "unsafe"


def test_a_class_in_the_place_of_a_storage_s_is_not_the_loader_s() -> None:
    """Torch asks the class that the identifier names: another one is not known."""
    pid = tuple_of(text("storage"), old_name("os", "system"), text("0"), text("cpu"), constant(6)) + b"Q"
    assert _read(torch_zip(PROTO2 + pid + STOP, {"0": bytes(24)})).proof == "unsafe"
    unknown = tuple_of(text("storage"), old_name("acme", "S"), text("0"), text("cpu"), constant(6)) + b"Q"
    assert _read(torch_zip(PROTO2 + unknown + STOP, {"0": bytes(24)})).proof == "unknown"


def test_a_storage_shorter_than_it_says_is_found() -> None:
    """The loader would read beyond its end; one that is missing breaks the file."""
    assert _rules(_read(torch_zip(_ONE, {"0": bytes(8)}))) == {"model.out-of-bounds"}
    assert _read(torch_zip(_ONE, {})).proof == "unknown"


def test_each_pickle_has_storages_of_its_own() -> None:
    """A traced model's inputs are written without their bytes, under the same numbers as its weights."""
    inputs = state(x=tensor("0", "Float", 64, (1, 64), (64, 1)))
    traced = {"constants_dot_pkl": PROTO2 + b")" + STOP, "traced_inputs_dot_pkl": inputs}
    assert _read(torch_zip(_ONE, {"0": bytes(24)}, **traced, traced_inputs__0=b"")).proof == "proven_safe"
    cut = _read(torch_zip(_ONE, {"0": b""}, **traced, traced_inputs__0=b""))
    short = _read(torch_zip(_ONE, {"0": bytes(24)}, **traced, traced_inputs__0=b"four"))
    assert _rules(cut) == _rules(short) == {"model.out-of-bounds"}


def test_bytes_behind_the_storages_are_said() -> None:
    """Of the older form."""
    assert _rules(_read(torch_legacy(_ONE, {"0": (6, bytes(24))}) + b"tail")) == {"model.extra-bytes"}
    assert _read(torch_legacy(_ONE, {"0": (5, bytes(20))})).proof == "unknown"
    assert _read(torch_legacy(_ONE, {"1": (6, bytes(24))})).proof == "unknown"


def _script(code: str) -> bytes:
    data = (
        PROTO2
        + old_name("__torch__.Model", "Net")
        + b")\x81}"
        + text("training")
        + constant(True)
        + b"sb"
        + STOP
    )
    return torch_zip(data, {}, constants_dot_pkl=PROTO2 + b")" + STOP, code____torch___dot_py=code.encode())


def test_torchscript_is_judged_by_its_own_language() -> None:
    """It has no imports: its operations are all there is to it."""
    assert (
        _read(_script("def forward(self, x: Tensor) -> Tensor:\n  return torch.add(x, 1)\n")).proof
        == "proven_safe"
    )
    assert _rules(_read(_script("def forward(self, x: Tensor):\n  _ = torch.save(x, 'f')\n"))) == {
        "graph.touches-files"
    }
    assert _rules(_read(_script("x = ops.aten.from_file('/etc/passwd')"))) == {"graph.touches-files"}
    custom = _read(_script("x = ops.acme.op(y)"))
    assert _rules(custom) == {"graph.custom-operation"}
    assert custom.proof != "proven_safe"


def test_a_class_of_torchscript_is_known_in_torchscript_only() -> None:
    """In an ordinary checkpoint the same name would be imported."""
    data = PROTO2 + old_name("__torch__.Model", "Net") + b")\x81" + STOP
    assert _read(torch_zip(data, {})).proof == "unknown"


def _tar(**members: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


def _old(**changed: bytes) -> bytes:
    key = pickled(tuple_of(constant(7), text("cpu"), old_name("torch", "FloatStorage")))
    view = pickled(tuple_of(constant(9), constant(7), old_name("torch", "FloatTensor")))
    members = {
        "sys_info": pickled(b"}"),
        "storages": pickled(constant(1)) + key + struct.pack("<q", 2) + bytes(8) + pickled(b"]"),
        "tensors": pickled(constant(1)) + view + struct.pack("<ii", 1, 0) + struct.pack("<qqq", 2, 1, 0),
        "pickle": pickled(b"}" + text("w") + text("9") + b"Qs"),
    }
    return _tar(**(members | changed))


def test_the_oldest_form_is_read_pickle_by_pickle() -> None:
    """Between them lie the bytes of storages and the shapes of tensors."""
    assert _read(_old()).proof == "proven_safe", _read(_old())
    for member in ("sys_info", "storages", "tensors", "pickle"):
        assert _read(_old(**{member: _COMMAND})).proof == "unsafe"
    behind = pickled(constant(0)) + pickled(b"]") + _COMMAND
    assert _read(_old(storages=behind)).proof != "proven_safe"
