"""Streams that are packed with Zstandard: layers of images, data sets."""

from __future__ import annotations

import sys
from typing import BinaryIO, cast

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAGIC = b"\x28\xb5\x2f\xfd"
WINDOW_BITS = 27
"""Of what is unpacked 128 MB are held, as the command line does. A frame that wants more is broken."""
_FRAME_BITS = 25
BROKEN = zstd.ZstdError


def unpacked(stream: BinaryIO) -> BinaryIO:
    """The bytes in it, as they are read; raises BROKEN, or EOFError where it ends too early."""
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: WINDOW_BITS}
    return cast("BinaryIO", zstd.ZstdFile(stream, options=options))


def decompressor() -> zstd.ZstdDecompressor:
    """Of one frame, which is unpacked as it comes; a window of 32 MB at most is held."""
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _FRAME_BITS})
