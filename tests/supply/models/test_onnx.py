"""ONNX: written by its own library, and by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.supply.models.examine import look
from yanmen.supply.targets import Artifact, Examined

SAMPLES = Path(__file__).parents[2] / "corpora/models"
Look = Callable[..., Examined]
Said = Callable[[Examined], set[str]]


def _bytes(number: int, data: bytes) -> bytes:
    size = len(data)
    length = bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])
    key = number << 3 | 2
    return (bytes([key]) if key < 128 else bytes([key & 0x7F | 0x80, key >> 7])) + length + data


def _number(number: int, value: int) -> bytes:
    out = bytes([number << 3])
    while value > 127:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def _model(graph: bytes = b"", more: bytes = b"") -> bytes:
    return b"\x08\x08" + _bytes(2, b"x") + _bytes(7, graph) + more


def _node(name: bytes, domain: bytes = b"", attribute: bytes = b"") -> bytes:
    return _bytes(1, _bytes(4, name) + _bytes(7, domain) + (_bytes(5, attribute) if attribute else b""))


def test_what_its_own_library_writes_is_proven_safe(examined: Look) -> None:
    """The encoder that Yanmen itself ships, too."""
    found = examined((SAMPLES / "benign.onnx").read_bytes(), "m.onnx")

    assert (found.format, found.proof, found.findings) == ("onnx", "proven_safe", ())


def test_external_data_outside_and_custom_operators_are_found(examined: Look, said: Said) -> None:
    """CVE-2022-25882: the onnx library read ``../../../etc/passwd`` as a tensor."""
    found = examined((SAMPLES / "external.onnx").read_bytes(), "m.onnx")

    assert said(found) == {"graph.data-outside", "graph.custom-operation"}
    assert found.proof == "unsafe"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "a/../../b", "a/../b", "..\\b", "C:\\b", "http://x/y", "\\\\host\\x", "~/x"]
)
def test_every_way_out_is_found(path: str, examined: Look, said: Said) -> None:
    """CVE-2024-27318 and CVE-2026-27489: the first repairs looked only at how a path begins."""
    external = _bytes(13, _bytes(1, b"location") + _bytes(2, path.encode()))

    assert "graph.data-outside" in said(examined(_model(_node(b"Relu") + _bytes(5, external)), "m.onnx"))


def test_external_data_beside_the_model_is_told(examined: Look) -> None:
    """It is examined as a file of its own."""
    external = _bytes(13, _bytes(1, b"location") + _bytes(2, b"w.bin"))

    assert examined(_model(_node(b"Relu") + _bytes(5, external)), "m.onnx").facts["external_data"] == "w.bin"


def test_nodes_within_nodes_functions_and_training_are_walked(examined: Look, said: Said) -> None:
    """An operator that calls Python hides in a branch."""
    branch = _node(b"If", attribute=_bytes(6, _node(b"PyOp", b"ai.onnx.contrib")))
    training = _bytes(20, _bytes(2, _node(b"PyOp")))
    function = _bytes(25, _bytes(1, b"Mine") + _bytes(10, b"my.domain") + _bytes(7, _bytes(4, b"Relu")))

    assert "graph.runs-code" in said(examined(_model(branch), "m.onnx"))
    assert "graph.runs-code" in said(
        examined(_model(b"", training[:1] and b"\xa2\x01" + training[2:]), "m.onnx")
    )
    assert (
        examined(_model(_node(b"Mine", b"my.domain"), b"\xca\x01" + function[2:]), "m.onnx").proof
        == "proven_safe"
    )
    assert examined(_model(_node(b"Mine", b"my.domain")), "m.onnx").proof == "unknown"


def test_operators_that_ask_a_service_or_hold_what_was_compiled_are_not_proven(
    examined: Look, said: Said
) -> None:
    """Of the runtime's own extensions."""
    service = examined(_model(_node(b"OpenAIAudioToText", b"ai.onnx.contrib")), "m.onnx")

    assert (said(service), service.proof) == ({"graph.uses-network"}, "unsafe")
    assert examined(_model(_node(b"EPContext", b"com.microsoft")), "m.onnx").proof == "unknown"


def test_sizes_that_lie_and_templates_in_metadata_are_found(examined: Look, said: Said) -> None:
    """A shape that overflows, raw data of another size."""
    overflow = _bytes(5, _number(1, 1 << 40) + _number(1, 1 << 40) + _number(2, 1))
    short = _bytes(5, _number(1, 4) + _number(2, 1) + _bytes(9, b"\0"))
    template = b"\x72" + _bytes(14, _bytes(1, b"chat_template") + _bytes(2, b"{{ x.__class__ }}"))[1:]

    assert "model.out-of-bounds" in said(examined(_model(overflow), "m.onnx"))
    assert examined(_model(short), "m.onnx").proof == "unknown"
    assert "template.runs-code" in said(examined(_model(_node(b"Relu"), template), "m.onnx"))


def test_graphs_too_deep_and_no_graph_are_not_judged(examined: Look) -> None:
    """Bounded, and said."""
    graph = _node(b"Relu")
    for _ in range(60):
        graph = _bytes(1, _bytes(5, _bytes(6, graph)))
    deep = examined(_model(graph), "m.onnx")

    assert (deep.proof, deep.unexamined[0].reason) == ("unknown", "too-large")
    assert examined(b"\x08\x08\x12\x01x\x1a\x01y", "m.onnx").unexamined[0].reason == "malformed"


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_change_of_a_file_makes_it_fall(data: st.DataObject) -> None:
    """Any byte, any cut."""
    changed = bytearray((SAMPLES / "benign.onnx").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))

    found = look(Artifact.held("m.onnx", bytes(changed[: data.draw(st.integers(0, len(changed)))])))

    assert "detector-failed" not in {each.reason for each in found.unexamined}
