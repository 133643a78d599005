"""LZ4 frames, which joblib writes: unpacked block by block, in Python, within bounds of work and memory.

Frames with sums of blocks or of the content are not unpacked, since the sums are not reckoned; nor are those with a dictionary.
Source: LZ4 Frame Format Description 1.6.4, LZ4 Block Format Description.
"""

from __future__ import annotations

from yanmen.supply.models.bounds import Unjudged

MAGIC = b"\x04\x22\x4d\x18"
_SIZES = {4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22}
"""Bytes of the largest block, by their number."""
_WINDOW = 1 << 16
"""Bytes before a block that it may refer to."""
_LEAST = 4
"""Bytes of the shortest copy."""
MOST = 2_000_000
"""Copies of one file, a second or two: one with more is not followed."""
_LENGTH_AND_FLAGS = 6
_PLAIN, _SIZED, _OTHER = 0x40, 0x08, 0x17
"""Flags: the version, that the content's size is said, and all that is not unpacked."""
_HALF = 15
"""Of a token: a length that goes on in the bytes behind it."""
_STORED = 1 << 31
_P1, _P2, _P3, _P4, _P5 = 2654435761, 2246822519, 3266489917, 668265263, 374761393
_ALL = 0xFFFFFFFF


class Unpacker:
    """One frame, as the standard library's decompressors are used."""

    def __init__(self) -> None:
        self.eof = False
        self.unused_data = b""
        self._input = b""
        self._ready = b""
        self._before = b""
        self._largest = 0
        self._copies = 0

    @property
    def needs_input(self) -> bool:
        """Whether it gives nothing more of what it has."""
        return not self._ready

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """At most so many bytes. Unjudged where a frame is broken, or not of the kind that is unpacked."""
        self._input += data
        if not self._largest:
            self._begin()
        self._go_on()
        piece, self._ready = self._ready[:max_length], self._ready[max_length:]
        self._go_on()
        return piece

    def _go_on(self) -> None:
        """To the next bytes, or to the end, as far as it is there."""
        while self._largest and not self._ready and not self.eof and self._block():
            pass

    def _begin(self) -> None:
        head = self._input
        if len(head) <= _LENGTH_AND_FLAGS:
            return
        flags = head[4]
        if head[:4] != MAGIC or flags & 0xC0 != _PLAIN:
            raise Unjudged("malformed", "no frame of LZ4")
        if flags & _OTHER:
            raise Unjudged("unsupported", "a frame of LZ4 with sums or a dictionary")
        size = _LENGTH_AND_FLAGS + (8 if flags & _SIZED else 0)
        if len(head) <= size:
            return
        if head[size] != _sum(head[4:size]) >> 8 & 0xFF:
            raise Unjudged("malformed", "the head of a frame of LZ4 has another sum")
        self._largest = _SIZES.get(head[5] >> 4 & 7, 0)
        if not self._largest or head[5] & 0x8F:
            raise Unjudged("malformed", "a frame of LZ4 with blocks of no size")
        self._input = head[size + 1 :]

    def _block(self) -> bool:
        """The next block; False where it is not there as a whole."""
        if len(self._input) < _LEAST:
            return False
        said = int.from_bytes(self._input[:4], "little")
        size = said & ~_STORED
        if not said:
            self.eof, self.unused_data, self._input = True, self._input[4:], b""
            return True
        if size > self._largest:
            raise Unjudged("malformed", "a block of LZ4 that is larger than it may be")
        if len(self._input) < 4 + size:
            return False
        block, self._input = self._input[4 : 4 + size], self._input[4 + size :]
        self._ready = block if said & _STORED else self._unpacked(block)
        self._before = (self._before + self._ready)[-_WINDOW:]
        return True

    def _unpacked(self, block: bytes) -> bytes:
        out = bytearray(self._before)
        start, at, end = len(out), 0, len(block)
        try:
            while True:
                token = block[at]
                at += 1
                length = token >> 4
                if length == _HALF:
                    length, at = _longer(block, at, length)
                _demand(at + length <= end)
                out += block[at : at + length]
                at += length
                if at == end:
                    break
                back = block[at] | block[at + 1] << 8
                at += 2
                length = token & _HALF
                if length == _HALF:
                    length, at = _longer(block, at, length)
                self._copy(out, back, length + _LEAST)
                _demand(len(out) - start <= self._largest)
            _demand(len(out) - start <= self._largest)
        except IndexError:
            raise Unjudged("malformed", "a block of LZ4 that does not unpack") from None
        return bytes(out[start:])

    def _copy(self, out: bytearray, back: int, length: int) -> None:
        self._copies += 1
        if self._copies > MOST:
            raise Unjudged("too-large", f"packed with LZ4 in more than {MOST} copies")
        place = len(out) - back
        _demand(place >= 0 and back > 0 and length <= self._largest)
        if back >= length:
            out += out[place : place + length]
        else:
            out += (out[place:] * (length // back + 1))[:length]


def _demand(holds: bool) -> None:  # a condition, not a switch
    """IndexError, as where a block ends too early."""
    if not holds:
        raise IndexError


def _longer(block: bytes, at: int, length: int) -> tuple[int, int]:
    """A length that goes on: bytes of 255, and one that is less."""
    while True:
        more = block[at]
        at += 1
        length += more
        if more < 0xFF:  # noqa: PLR2004  # the last
            return length, at


def _sum(data: bytes) -> int:
    """xxHash32 of fewer than 16 bytes."""
    value, at = _P5 + len(data) & _ALL, 0
    while at + 4 <= len(data):
        value = value + int.from_bytes(data[at : at + 4], "little") * _P3 & _ALL
        value = (value << 17 | value >> 15) * _P4 & _ALL
        at += 4
    for byte in data[at:]:
        value = value + byte * _P5 & _ALL
        value = (value << 11 | value >> 21) * _P1 & _ALL
    value = (value ^ value >> 15) * _P2 & _ALL
    value = (value ^ value >> 13) * _P3 & _ALL
    return value ^ value >> 16
