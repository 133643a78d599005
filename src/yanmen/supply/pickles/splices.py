r"""Frames whose end an argument crosses: the C unpickler, reading from a file, drops what the frame still held of it.

``C foo|os\nsystem\n``, where ``|`` is the end of a frame: in memory the module is ``fooos``, in Python's own unpickler the stream
breaks, and from a file the C one asks for ``os``. So such a stream is read a second time, without the dropped bytes.
"""

from __future__ import annotations

import pickletools
import struct

LARGEST = 1 << 20
"""Bytes of a stream that is read again."""
_LINES = {"GLOBAL": 2, "INST": 2}
_FRAME = 9
_COUNTED = {
    pickletools.TAKEN_FROM_ARGUMENT1: 1,
    pickletools.TAKEN_FROM_ARGUMENT4: 4,
    pickletools.TAKEN_FROM_ARGUMENT4U: 4,
}
_COUNTED[pickletools.TAKEN_FROM_ARGUMENT8U] = 8
_BY_CODE = {opcode.code: opcode for opcode in pickletools.opcodes}


def as_c_reads_a_file(data: bytes) -> bytes | None:
    """The stream without what the C unpickler drops; None where it drops nothing, or nothing can be said."""
    kept = bytearray()
    at, frame, dropped = 0, -1, False
    while at < len(data):
        opcode = _BY_CODE.get(chr(data[at]))
        if opcode is None:
            break
        kept += data[at : at + 1]
        at += 1
        for piece in _pieces(opcode, data, at):
            size = piece if piece >= 0 else _to_line_end(data, at)
            if at < frame < at + size:
                at, dropped = frame, True
                size = piece if piece >= 0 else _to_line_end(data, at)
            kept += data[at : at + size]
            at += size
        if opcode.name == "FRAME" and at <= len(data):
            wanted = int(struct.unpack_from("<Q", data, at - 8)[0])
            if at + wanted > frame:  # else it holds that much already, and reads nothing
                at, dropped = max(at, frame), dropped or at < frame
                frame = at + wanted
        if opcode.name == "STOP":
            break
    return bytes(kept) + data[at:] if dropped else None


def _pieces(opcode: pickletools.OpcodeInfo, data: bytes, at: int) -> list[int]:
    """Sizes of what is read one after another as its argument; -1: a line."""
    argument = opcode.arg
    if argument is None:
        return []
    if argument.n == pickletools.UP_TO_NEWLINE:
        return [-1] * _LINES.get(opcode.name, 1)
    if argument.n >= 0:
        return [argument.n]
    width = _COUNTED[argument.n]
    return [width, int.from_bytes(data[at : at + width], "little")]


def _to_line_end(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return (end + 1 if end >= 0 else len(data)) - at
