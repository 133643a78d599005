"""TensorFlow Lite, table by table."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.supply.models.examine import look
from yanmen.supply.targets import Artifact, Examined

Look = Callable[..., Examined]
Said = Callable[[Examined], set[str]]


class _Builder:
    """Writes tables one behind the other: each field is a number or what stands later."""

    def __init__(self) -> None:
        self.data = bytearray(b"\0\0\0\0TFL3")

    def table(self, *fields: int | None) -> tuple[int, list[int]]:
        """The place of a table, and the places of its fields."""
        vtable = len(self.data)
        self.data += struct.pack("<HH", 4 + 2 * len(fields), 4 + 8 * len(fields))
        self.data += b"".join(
            struct.pack("<H", 0 if each is None else 4 + 8 * number) for number, each in enumerate(fields)
        )
        self.data += b"\0" * (-len(self.data) % 4)
        start = len(self.data)
        self.data += struct.pack("<i", start - vtable)
        for each in fields:
            self.data += struct.pack("<q", each or 0)
        return start, [start + 4 + 8 * number for number in range(len(fields))]

    def link(self, place: int, target: int) -> None:
        struct.pack_into("<I", self.data, place, target - place)

    def text(self, place: int, data: bytes) -> None:
        """A field's bytes."""
        self.link(place, len(self.data))
        self.data += struct.pack("<I", len(data)) + data + b"\0" * (-len(data) % 4)

    def one(self, place: int) -> int:
        """A field's vector of one table: the place of its link."""
        self.link(place, len(self.data))
        self.data += struct.pack("<II", 1, 0)
        return len(self.data) - 4

    def linked(self, place: int, *fields: int | None) -> list[int]:
        """A table that a link leads to; the places of its fields."""
        start, places = self.table(*fields)
        self.link(place, start)
        return places


def _model(custom: str | None = None, opcode: int = 0, version: int = 3, buffer: int | None = None) -> bytes:
    build = _Builder()
    fields = build.linked(0, version, 0, 0, None, 0)
    codes, graphs, buffers = (build.one(fields[number]) for number in (1, 2, 4))
    code = build.linked(codes, 32 if custom else 9, 0 if custom else None, None, 32 if custom else 9)
    if custom:
        build.text(code[1], custom.encode())
    graph = build.linked(graphs, None, None, None, 0)
    build.linked(build.one(graph[3]), opcode)
    if buffer is None:
        build.text(build.linked(buffers, 0)[0], b"1234")
    else:
        build.linked(buffers, None, buffer, 99)
    return bytes(build.data)


def test_built_in_operators_are_proven_safe(examined: Look) -> None:
    """They are the runtime's own."""
    found = examined(_model(), "m.tflite")

    assert (found.format, found.proof, found.unexamined) == ("tflite", "proven_safe", ())


@pytest.mark.parametrize(
    ("custom", "rules", "proof"),
    [
        ("TFLite_Detection_PostProcess", set(), "proven_safe"),
        ("MyOperator", {"graph.custom-operation"}, "unknown"),
        ("FlexReadFile", {"graph.touches-files"}, "unsafe"),
        ("FlexPyFunc", {"graph.runs-code"}, "unsafe"),
        ("FlexRpcCall", {"graph.uses-network"}, "unsafe"),
    ],
)
def test_custom_operators_are_told(
    custom: str, rules: set[str], proof: str, examined: Look, said: Said
) -> None:
    """Known ones, unknown ones, and TensorFlow's own under another name."""
    found = examined(_model(custom), "m.tflite")

    assert (said(found), found.proof) == (rules, proof)


def test_associated_files_are_examined(examined: Look, said: Said) -> None:
    """The format lets a zip follow the model: labels are texts; anything else is examined by its content."""
    found = []
    for name, data in (
        ("labels.txt", b"cat"),
        ("x.bin", b"{{ x.__class__ }}"),
        ("x.bin", b"\x80\x02cos\nsystem\n(S'id'\ntR."),
    ):
        out = io.BytesIO(_model())
        with zipfile.ZipFile(out, "a") as archive:
            archive.writestr(name, data)
        found.append(examined(out.getvalue(), "m.tflite"))

    assert [each.proof for each in found] == ["proven_safe", "proven_safe", "unsafe"]


def test_indexes_and_buffers_beyond_their_ends_are_found(examined: Look, said: Said) -> None:
    """As those of the runtime's many advisories of 2021 and 2022 (CVE-2022-23560 among them)."""
    assert "model.out-of-bounds" in said(examined(_model(opcode=7), "m.tflite"))
    assert "model.out-of-bounds" in said(examined(_model(buffer=1 << 40), "m.tflite"))
    assert examined(_model(version=2), "m.tflite").unexamined[0].reason == "unsupported"
    assert examined(b"\xff\xff\xff\x7fTFL3", "m.tflite").unexamined[0].reason == "malformed"


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_change_of_a_file_makes_it_fall(data: st.DataObject) -> None:
    """Any byte, any cut."""
    changed = bytearray(_model("MyOperator"))
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))

    found = look(Artifact.held("m.tflite", bytes(changed[: data.draw(st.integers(0, len(changed)))])))

    assert "detector-failed" not in {each.reason for each in found.unexamined}
