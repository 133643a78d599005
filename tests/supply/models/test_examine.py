"""The dispatch: by content, whole, and never falling."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.nouns import Ref
from yanmen.supply.models import examine as module
from yanmen.supply.models.bounds import FAULTS, Bounds, Limits
from yanmen.supply.models.examine import digested, examine, look
from yanmen.supply.models.scouting import holds_model
from yanmen.supply.targets import Artifact, Examined

SAMPLES = Path(__file__).parents[2] / "corpora/models"
Look = Callable[..., Examined]


def test_the_digest_is_of_the_whole_file(tmp_path: Path) -> None:
    """In pieces, and exact."""
    data = os.urandom(3_000_001)
    path = tmp_path / "x"
    path.write_bytes(data)

    assert digested(Artifact.of(path)) == hashlib.sha256(data).hexdigest()


def test_a_file_that_shrinks_while_it_is_read_is_unreadable(tmp_path: Path) -> None:
    """It is not what was seen."""
    path = tmp_path / "x"
    path.write_bytes(b"1234")
    artifact = Artifact.of(path)
    path.write_bytes(b"1")

    assert look(artifact).unexamined[0].reason == "unreadable"


def test_the_extension_is_not_believed(safetensors_bytes: Callable[..., bytes], examined: Look) -> None:
    """And where it lies, that is said; names that claim nothing cannot lie."""
    data = safetensors_bytes({})

    assert {finding.rule.id for finding in examined(data, "m.gguf").findings} == {"model.disguised"}
    assert examined(data, "m.gguf").proof == "proven_safe"
    assert examined(data, "m.bin").findings == ()


def test_nothing_known_is_unsupported_and_an_empty_file_is_harmless(examined: Look) -> None:
    """Not clean, not malformed."""
    assert [each.reason for each in examined(b"\xde\xad\xbe\xef", "m.bin").unexamined] == ["unsupported"]
    assert [each.reason for each in examined(b"just words", "notes.txt").unexamined] == ["unsupported"]
    assert examined(b"").proof == "proven_safe"


def test_what_a_name_claims_is_said_to_be_malformed(examined: Look) -> None:
    """A broken download of a format that we read."""
    assert [each.reason for each in examined(b"\xde\xad\xbe\xef", "m.safetensors").unexamined] == [
        "malformed"
    ]


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_a_reader_stumbles_over_is_said(
    fault: type[Exception], monkeypatch: pytest.MonkeyPatch, examined: Look
) -> None:
    """Each of the errors that a broken file can raise."""

    def fall(artifact: Artifact, bounds: object) -> Examined:
        raise fault("x")

    monkeypatch.setitem(module._READERS, "gguf", fall)

    assert examined(b"GGUF").unexamined[0].reason in {"malformed", "unreadable", "detector-failed"}


def test_time_is_bounded(examined: Look) -> None:
    """Before a reader begins, too."""
    assert examined(b"GGUF", limits=Limits(seconds=-1)).unexamined[0].reason == "timed-out"


def test_a_file_that_cannot_be_opened_is_unreadable() -> None:
    """Its name is its subject, since it has no digest."""

    def opener() -> io.BytesIO:
        raise PermissionError("no")

    found = look(Artifact("secret.gguf", 1, opener))

    assert (found.proof, found.unexamined[0].reason, str(found.unexamined[0].subject)) == (
        "unknown",
        "unreadable",
        "file:secret.gguf",
    )


@given(
    st.binary(max_size=300),
    st.sampled_from(["m.bin", "m.gguf", "m.json", "m.onnx", "m.pt", "m.h5", "m.npz", "m.xml"]),
)
def test_no_bytes_make_it_fall(data: bytes, name: str) -> None:
    """Under no name."""
    assert look(Artifact.held(name, data)).proof in {"proven_safe", "unknown", "unsafe"}


@pytest.mark.parametrize("kind", ["tar", "hdf5"])
def test_a_file_of_another_format_that_runs_as_a_pickle_is_unsafe(kind: str, examined: Look) -> None:
    """The first member's name, or what stands before the signature, is a pickle for those who load it as one."""
    command = b"cos\nsystem\n(S'id'\ntR."
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(command.decode()))
    plain = (SAMPLES / "benign.h5").read_bytes()
    data = out.getvalue() if kind == "tar" else command.ljust(512, b"\0") + plain
    found = examined(data, "data.txt")

    assert found.proof == "unsafe"
    assert "model.polyglot" in {finding.rule.id for finding in found.findings}
    assert holds_model(Artifact.held("data.txt", data), Bounds(Ref(kind="file", id="x"), examine))
