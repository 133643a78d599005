"""Pickles written by hand, never loaded: from opcodes, or from an expression.

``a.b.c(1)`` calls, ``X.__new__(1)`` is NEWOBJ, ``x << state`` is BUILD, ``x + [1]`` appends, ``x | {1: 2}`` sets items.
"""

from __future__ import annotations

import ast
import struct

PROTO2, PROTO4 = b"\x80\x02", b"\x80\x04"
STOP, MARK, REDUCE, BUILD, NEWOBJ, TUPLE, POP, MEMOIZE, DUP = (
    b".",
    b"(",
    b"R",
    b"b",
    b"\x81",
    b"t",
    b"0",
    b"\x94",
    b"2",
)


def text(value: str) -> bytes:
    """BINUNICODE."""
    data = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(data)) + data


def blob(value: bytes) -> bytes:
    """BINBYTES."""
    return b"B" + struct.pack("<I", len(value)) + value


def name(module: str, attribute: str) -> bytes:
    """STACK_GLOBAL with its names."""
    return text(module) + text(attribute) + b"\x93"


def old_name(module: str, attribute: str) -> bytes:
    """GLOBAL."""
    return f"c{module}\n{attribute}\n".encode()


def frame(data: bytes, size: int | None = None) -> bytes:
    """FRAME around bytes, of their length or of another that is claimed."""
    return b"\x95" + struct.pack("<Q", len(data) if size is None else size) + data


def tuple_of(*items: bytes) -> bytes:
    """MARK … TUPLE."""
    return MARK + b"".join(items) + TUPLE


def call(function: bytes, *args: bytes) -> bytes:
    """REDUCE."""
    return function + tuple_of(*args) + REDUCE


def pickled(*pieces: bytes) -> bytes:
    """A whole stream of protocol 4."""
    return PROTO4 + b"".join(pieces) + STOP


def expression(source: str) -> bytes:
    """A whole stream that says what an expression says."""
    return pickled(_node(ast.parse(source, mode="eval").body))


def _node(node: ast.expr) -> bytes:  # noqa: PLR0911  # one return for each kind of expression
    if isinstance(node, ast.Constant):
        return constant(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
        return constant(-node.operand.value)  # type: ignore[operator]
    if isinstance(node, ast.Tuple):
        return tuple_of(*map(_node, node.elts))
    if isinstance(node, ast.List):
        return b"](" + b"".join(map(_node, node.elts)) + b"e"
    if isinstance(node, ast.Dict):
        return b"}(" + _pairs(node) + b"u"
    if isinstance(node, ast.Attribute):
        return name(ast.unparse(node.value), node.attr)
    if isinstance(node, ast.Call):
        return _call(node)
    assert isinstance(node, ast.BinOp), ast.dump(node)
    if isinstance(node.op, ast.LShift):
        return _node(node.left) + _node(node.right) + BUILD
    if isinstance(node.op, ast.Add):
        return _node(node.left) + MARK + b"".join(map(_node, node.right.elts)) + b"e"  # type: ignore[attr-defined]
    return _node(node.left) + MARK + _pairs(node.right) + b"u"  # type: ignore[arg-type]


def _pairs(node: ast.Dict) -> bytes:
    return b"".join(
        _node(key) + _node(value) for key, value in zip(node.keys, node.values, strict=True) if key
    )


def _call(node: ast.Call) -> bytes:
    args = b"".join(map(_node, node.args))
    if isinstance(node.func, ast.Attribute) and node.func.attr == "__new__":
        return _node(node.func.value) + MARK + args + TUPLE + NEWOBJ
    return _node(node.func) + MARK + args + TUPLE + REDUCE


def constant(value: object) -> bytes:
    """A constant."""
    if value is None:
        return b"N"
    if value is True or value is False:
        return b"\x88" if value else b"\x89"
    if isinstance(value, int):
        return b"J" + struct.pack("<i", value)
    if isinstance(value, float):
        return b"G" + struct.pack(">d", value)
    return text(value) if isinstance(value, str) else blob(value)  # type: ignore[arg-type]
