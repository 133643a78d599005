"""Saved models, graphs and Keras metadata, written on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.supply.models.examine import look
from yanmen.supply.targets import Artifact, Examined

Look = Callable[..., Examined]
Said = Callable[[Examined], set[str]]


def _bytes(number: int, data: bytes) -> bytes:
    size, length = len(data), b""
    while size > 127:
        length += bytes([size & 0x7F | 0x80])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + data


def _node(operation: str, name: str = "n", attribute: bytes = b"") -> bytes:
    attributes = _bytes(5, attribute) if attribute else b""
    return _bytes(1, name.encode()) + _bytes(2, operation.encode()) + attributes


def _saved(graph: bytes, more: bytes = b"") -> bytes:
    return b"\x08\x01" + _bytes(2, _bytes(1, b"\x0a\x00") + _bytes(2, graph) + more)


def _function(name: str, *nodes: bytes) -> bytes:
    return _bytes(
        2, _bytes(1, _bytes(1, _bytes(1, name.encode())) + b"".join(_bytes(3, node) for node in nodes))
    )


def _text(value: str) -> bytes:
    """A constant's attribute: a tensor that holds a text."""
    return _bytes(1, b"value") + _bytes(2, _bytes(8, _bytes(8, value.encode())))


PLAIN = _saved(
    _bytes(1, _node("Placeholder", "x")) + _bytes(1, _node("StatefulPartitionedCall", "call"))
    + _function("__inference_call_1", _node("MatMul"), _node("BiasAdd"), _node("Relu"))
    + _function("__inference__traced_save_7", _node("Const", "c", _text("_temp/part")), _node("ShardedFilename"), _node("SaveV2"),
                _node("MergeV2Checkpoints"))
)  # fmt: skip


def test_a_plain_model_is_proven_safe(examined: Look) -> None:
    """Every saved model brings along how it is saved: that is no attack."""
    found = examined(PLAIN, "saved_model.pb")

    assert (found.format, found.proof, found.findings) == ("saved-model", "proven_safe", ())
    assert (found.facts["nodes"], found.facts["functions"]) == ("9", "2")


@pytest.mark.parametrize(
    ("operation", "rule"),
    [
        ("PyFunc", "graph.runs-code"),
        ("EagerPyFunc", "graph.runs-code"),
        ("ReadFile", "graph.touches-files"),
        ("WriteFile", "graph.touches-files"),
        ("MatchingFiles", "graph.touches-files"),
        ("SaveV2", "graph.touches-files"),
        ("LoadDataset", "graph.touches-files"),
        ("ImmutableConst", "graph.touches-files"),
        ("RpcCall", "graph.uses-network"),
        ("DebugIdentityV2", "graph.uses-network"),
    ],
)
def test_what_does_more_than_reckon_is_found(operation: str, rule: str, examined: Look, said: Said) -> None:
    """In the graph, in a function of the library, in a frozen graph."""
    graph = _bytes(1, _node(operation, "bad"))
    for data, name in (
        (_saved(graph), "saved_model.pb"),
        (_saved(_bytes(1, _node("NoOp")) + _function("f", _node(operation))), "saved_model.pb"),
        (_bytes(1, _node("NoOp")) + graph, "frozen.pb"),
    ):
        found = examined(data, name)

        assert said(found) == {rule}
        assert found.proof == "unsafe"


def test_a_function_that_saves_where_it_wants_is_found(examined: Look, said: Said) -> None:
    """The name of the usual function does not cover a path of its own."""
    graph = _function(
        "__inference__traced_save_1", _node("Const", "c", _text("/etc/cron.d/x")), _node("SaveV2")
    )

    assert said(examined(_saved(graph), "saved_model.pb")) == {"graph.touches-files"}


def test_operations_that_nobody_knows_are_not_judged(examined: Look, said: Said) -> None:
    """They need a library; a function of the model's own does not."""
    found = examined(_saved(_bytes(1, _node("MyOp"))), "saved_model.pb")
    own = examined(_saved(_bytes(1, _node("f")) + _function("f", _node("Relu"))), "saved_model.pb")

    assert (said(found), found.proof) == ({"graph.custom-operation"}, "unknown")
    assert own.proof == "proven_safe"
    assert examined(_saved(_bytes(1, _node("PrintV2"))), "saved_model.pb").proof == "unknown"


def test_a_table_or_checkpoint_at_a_path_of_its_own_is_not_proven(examined: Look) -> None:
    """It may be the asset's old place, or a file of the host."""
    graph = _bytes(1, _node("Const", "c", _text("/etc/passwd"))) + _bytes(
        1, _node("InitializeTableFromTextFileV2")
    )

    assert examined(_saved(graph), "saved_model.pb").proof == "unknown"


def test_assets_outside_are_found(examined: Look, said: Said) -> None:
    """Their names are joined to the model's folder."""
    asset = _bytes(6, _bytes(1, b"") + _bytes(2, b"../../../.ssh/id"))

    assert "graph.data-outside" in said(examined(_saved(_bytes(1, _node("NoOp")), asset), "saved_model.pb"))


def test_lambda_layers_in_keras_metadata_are_found(examined: Look, said: Said) -> None:
    """Keras 2 keeps their code beside the saved model (CVE-2024-3660)."""
    layer = {"class_name": "Lambda", "config": {"function": ["4wEAAAA=", None, None]}}
    node = (
        b"\x10\x00"
        + _bytes(3, b"root.layer")
        + _bytes(4, b"_tf_keras_layer")
        + _bytes(5, json.dumps(layer).encode())
    )
    found = examined(_bytes(1, node), "keras_metadata.pb")

    assert (found.format, said(found)) == ("keras-metadata", {"keras.runs-code"})


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_change_of_a_file_makes_it_fall(data: st.DataObject) -> None:
    """Any byte, any cut."""
    changed = bytearray(PLAIN)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))

    assert look(
        Artifact.held("saved_model.pb", bytes(changed[: data.draw(st.integers(0, len(changed)))]))
    ).format
