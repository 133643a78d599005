"""``yanmen convert``, on checkpoints made by hand, and on torch's own where torch is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from safetensors import safe_open
from tests.supply.models.family import state, tensor, torch_zip
from tests.supply.pickles.assembly import PROTO2, STOP, call, constant, old_name, pickled, text

from yanmen.cli.convert import command
from yanmen.core.errors import YanmenError

_SAFE = torch_zip(state(w=tensor("0", "Float", 2, (2,), (1,)), epoch=constant(3)), {"0": b"abcdefgh"})


def _run(*words: str | Path) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words], catch_exceptions=False)


def _file(folder: Path, data: bytes) -> Path:
    path = folder / "m.pt"
    path.write_bytes(data)
    return path


def test_a_proven_checkpoint_becomes_safetensors(tmp_path: Path) -> None:
    """And what was left out is said."""
    out = tmp_path / "m.safetensors"
    said = _run(_file(tmp_path, _SAFE), out)
    assert said.exit_code == 0
    assert "1 tensors" in said.output
    assert "epoch" in said.output
    with safe_open(out, "np") as file:
        assert file.get_tensor("w").tobytes() == b"abcdefgh"


def test_the_same_in_chinese_and_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON has every name."""
    said = _run(_file(tmp_path, _SAFE), tmp_path / "a.safetensors", "--json")
    assert json.loads(said.output)["left out"] == ["epoch"]
    monkeypatch.setenv("YANMEN_LANG", "zh")
    assert "已证明安全" in _run(_file(tmp_path, _SAFE), tmp_path / "b.safetensors").output


def test_an_unsafe_file_is_refused_with_its_call(tmp_path: Path) -> None:
    """Exit code 1, and nothing is written."""
    out = tmp_path / "m.safetensors"
    file = _file(tmp_path, torch_zip(PROTO2 + call(old_name("os", "system"), text("id")) + STOP, {}))
    said = _run(file, out)
    assert said.exit_code == 1
    assert "os.system('id')" in said.output
    assert json.loads(_run(file, out, "--json").output)["proof"] == "unsafe"
    assert not out.exists()


def test_a_file_that_is_not_proven_is_refused(tmp_path: Path) -> None:
    """Exit code 2: its class may be harmless, and nobody knows."""
    out = tmp_path / "m.safetensors"
    said = _run(_file(tmp_path, torch_zip(PROTO2 + old_name("acme", "Net") + b")\x81" + STOP, {})), out)
    assert said.exit_code == 2
    assert "acme.Net" in said.output
    assert not out.exists()


def test_what_cannot_be_converted_is_said_with_what_to_do(tmp_path: Path) -> None:
    """A file that is there, one that is not, another format, no tensors."""
    there = tmp_path / "there"
    there.write_bytes(b"")
    with pytest.raises(YanmenError, match="already"):
        _run(_file(tmp_path, _SAFE), there)
    with pytest.raises(YanmenError, match="cannot be read"):
        _run(tmp_path / "absent", tmp_path / "o")
    with pytest.raises(YanmenError, match="only PyTorch checkpoints"):
        _run(_file(tmp_path, pickled(constant(1))), tmp_path / "o")
    with pytest.raises(YanmenError, match="no tensor"):
        _run(_file(tmp_path, torch_zip(pickled(constant(1)), {})), tmp_path / "o")


def test_torch_s_own_checkpoints_keep_every_tensor(tmp_path: Path) -> None:
    """Where torch is installed: shared, transposed and half-precision ones, of both forms."""
    torch: Any = pytest.importorskip("torch")
    numbers = torch.arange(24, dtype=torch.float32)
    values = {
        "a": numbers,
        "t": numbers.view(4, 6).t(),
        "h": numbers.half(),
        "b": numbers.bfloat16(),
        "i": numbers.bool(),
    }
    for number, modern in enumerate((True, False)):
        file, out = tmp_path / f"{number}.pt", tmp_path / f"{number}.safetensors"
        torch.save(values, file, _use_new_zipfile_serialization=modern)
        assert _run(file, out).exit_code == 0
        with safe_open(out, "pt") as read:
            assert all(torch.equal(read.get_tensor(key), value) for key, value in values.items())
