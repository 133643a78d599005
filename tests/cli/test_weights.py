"""``yanmen weights``."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from safetensors.numpy import save_file

from yanmen.cli.weights import command
from yanmen.core.errors import YanmenError


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Two versions of a model, and one of them in another type."""
    first = {f"layers.{number}.weight": np.full((4, 8), number + 1, np.float32) for number in range(8)}
    second = {**first, "layers.3.weight": first["layers.3.weight"] * 2, "new": np.ones(2, np.float32)}
    half = {name: values.astype(np.float16) for name, values in first.items()}
    for name, tensors in (("a", first), ("b", second), ("half", half)):
        save_file(tensors, tmp_path / f"{name}.safetensors")
    return tmp_path


def _run(*words: str | Path, language: str = "en") -> Result:
    return CliRunner(env={"YANMEN_LANG": language}).invoke(
        command, [str(word) for word in words], catch_exceptions=True
    )


def test_digests_are_printed_for_people_and_for_machines(models: Path) -> None:
    """The document says its schema, the file's digest and one of all tensors."""
    path = models / "a.safetensors"
    read = json.loads(_run("digest", path, "--format", "json").output)
    table = _run("digest", path, language="zh").output

    assert read["schema"] == "yanmen.weights/1"
    assert read["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read["tensors"][0] == {
        "name": "layers.0.weight", "dtype": "F32", "shape": [4, 8],
        "sha256": hashlib.sha256(np.ones(32, np.float32).tobytes()).hexdigest(),
    }  # fmt: skip
    assert read["root"] in table
    assert "张量" in table


def test_a_difference_is_named_and_counted(models: Path) -> None:
    """Exit code 1; without any 0."""
    told = _run("diff", models / "a.safetensors", models / "b.safetensors")
    read = json.loads(
        _run("diff", models / "a.safetensors", models / "b.safetensors", "--format", "json").output
    )
    none = _run("diff", models / "a.safetensors", models / "a.safetensors")

    assert told.exit_code == 1
    assert (
        "changed: layers.3.weight  F32 [4, 8]; largest difference 4, relative 1, 100.00% of the elements"
        in told.output
    )
    assert "added: new  F32 [2]" in told.output
    assert {row["name"]: row["kind"] for row in read["changes"]} == {
        "layers.3.weight": "changed",
        "new": "added",
    }
    assert (none.exit_code, none.output) == (0, "8 of 8 tensors are the same\n")


def test_a_conversion_is_proven_or_not(models: Path) -> None:
    """By its exit code, in words and in JSON."""
    proven = _run("same", models / "a.safetensors", models / "half.safetensors")
    broken = _run("same", models / "b.safetensors", models / "half.safetensors", language="zh")
    read = json.loads(
        _run("same", models / "b.safetensors", models / "half.safetensors", "--format", "json").output
    )

    assert proven.exit_code == 0
    assert "proven: the second holds the first's 8 tensors (F32 → F16, exactly × 8)" in proven.output
    assert broken.exit_code == 1
    assert "不一致" in broken.output
    assert read["proven"] is False


def test_hints_are_said_as_hints(models: Path) -> None:
    """They end with 0: they are no findings."""
    plain = _run("hints", models / "a.safetensors")
    save_file({"w.weight": np.array([[np.nan, 1]], np.float32)}, models / "c.safetensors")
    told = _run("hints", models / "c.safetensors")
    read = json.loads(_run("hints", models / "c.safetensors", "--format", "json").output)

    assert (plain.exit_code, plain.output) == (0, "nothing stands out in 8 tensors\n")
    assert (told.exit_code, read["hints"][0]["kind"]) == (0, "not-numbers")
    assert "w.weight: 1 of 2 elements are no numbers" in told.output


def test_a_file_without_tensors_is_an_error_with_advice(tmp_path: Path) -> None:
    """In both languages."""
    (tmp_path / "a.txt").write_text("hello")
    found = _run("digest", tmp_path / "a.txt")

    assert isinstance(found.exception, YanmenError)
    assert found.exception.hint.zh
