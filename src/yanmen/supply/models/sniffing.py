"""What a file is, by its content. Its name is asked only for what it claims."""

from __future__ import annotations

import re

from yanmen.supply.pickles import running
from yanmen.supply.targets import Artifact

_HEAD = 4096
_TAIL = 65_557
"""Bytes at the end in which a zip's last record lies: 22 and the longest comment."""
_ZIP_END = b"PK\x05\x06"
_MAGIC = (
    (b"GGUF", "gguf"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x93NUMPY", "npy"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"CBM1", "catboost"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "compressed"),
    (b"BZh", "compressed"),
    (b"\xfd7zXZ\x00", "compressed"),
    (b"\x28\xb5\x2f\xfd", "compressed"),
    (b"\x04\x22\x4d\x18", "compressed"),
    (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", "torch-legacy"),
    (b"ZF", "compressed"),
)
_HDF5_PLACES = (512, 1024, 2048)
"""Where the format allows its signature besides the beginning (user blocks); further ones double."""
_FRAME = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18|\x5d\x00\x00..(?:\xff{8}|.{5}\x00{3})", re.DOTALL)
"""A frame that LZ4 and Zstandard pass over; the first form of LZMA."""
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_PICKLE = re.compile(rb"\x80[\x00-\x05]")
_OLD_PICKLE = re.compile(
    rb"(?:c[A-Za-z_][\w.]*\n[A-Za-z_][\w.]*\n|\(?[dlit(\]}]|\((?:[dl]p\d+\n|i[A-Za-z_])|[IFLVSN]).*?\.\s*\Z",
    re.DOTALL,
)
_XML = re.compile(rb"\s*(?:<\?xml|<!DOCTYPE|<net[\s>])")
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*(?:\{[ \t\r\n]*[\"}]|\[)")
_UBJSON = re.compile(rb"\{(?:[LlIiU]|\$).{0,3}\x00", re.DOTALL)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_NUMBER, _BYTES = 0, 2
"""Wire types of protocol buffers."""
_LATEST = 64
"""Versions of ONNX and of saved models are smaller."""
_ONNX_FIELDS = frozenset({2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26})
_LONGEST_NAME = 2_048
_ZIP64 = 0xFFFFFFFF

CLAIMS = {
    "safetensors": {"safetensors"},
    "gguf": {"gguf"},
    "onnx": {"onnx"},
    "h5": {"hdf5"},
    "hdf5": {"hdf5"},
    "keras": {"zip", "hdf5"},
    "npy": {"npy"},
    "npz": {"zip"},
    "json": {"json"},
    "tflite": {"tflite"},
    "pb": {"saved-model", "graph-def", "keras-metadata", "onnx"},
    "pkl": {"pickle", "compressed", "torch-legacy", "zip"},
    "pickle": {"pickle", "compressed", "torch-legacy", "zip"},
    "joblib": {"pickle", "compressed"},
    "skops": {"zip"},
    "pt": {"zip", "pickle", "torch-legacy", "tar"},
    "pth": {"zip", "pickle", "torch-legacy", "tar"},
    "ckpt": {"zip", "pickle", "torch-legacy", "tar"},
    "zip": {"zip"},
    "tar": {"tar"},
    "7z": {"7z"},
    "gz": {"compressed"},
    "zst": {"compressed"},
    "cbm": {"catboost"},
    "jinja": {"text"},
    "jinja2": {"text"},
    "xml": {"xml"},
    "ubj": {"ubjson"},
}
"""What a file's name claims, for names that claim one thing. ``.bin``, ``.model`` and ``.txt`` claim nothing."""


def sniff(artifact: Artifact) -> str:
    """The family of a file's format, by its first bytes, and where they say nothing by its last; ``unknown`` otherwise."""
    head = artifact.read(0, _HEAD)
    if not head:
        return "empty"
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head[257:262] == b"ustar":
        return "tar"
    if head[4:8] == b"TFL3":
        return "tflite"
    if any(artifact.read(place, 8) == _MAGIC[3][0] for place in _HDF5_PLACES):
        return "hdf5"
    return _by_shape(artifact, head)


_SHAPES = (
    (_FRAME, "compressed"),
    (_PICKLE, "pickle"),
    (_UBJSON, "ubjson"),
    (_JSON, "json"),
    (_XML, "xml"),
    (re.compile(rb"tree\r?\nversion="), "lightgbm"),
)


def _by_shape(artifact: Artifact, head: bytes) -> str:
    """Formats without a mark at the beginning."""
    length = int.from_bytes(head[:8], "little")
    if head[8:9] == b"{" and length <= artifact.size - 8:
        return "safetensors"
    for shape, name in _SHAPES:
        if shape.match(head):
            return name
    if found := _protobuf(head, artifact.size):
        return found
    if _ZLIB.match(head):
        return "compressed"
    return "zip" if ends_as_zip(artifact) else _by_text(artifact, head)


def _by_text(artifact: Artifact, head: bytes) -> str:
    """Old pickles are text, and so is much else: they end with a dot, and begin with an instruction that can stand first."""
    ends = False
    if _OLD_PICKLE.match(head[:512] + b"." if artifact.size > _HEAD else head):
        tail = artifact.read(max(0, artifact.size - 16), 16).rstrip()
        ends = tail.endswith(b".") and (head[:1] in b"c(]}" or b"\n" in head)
    if runs_as_pickle(artifact, ends=ends):
        return "pickle"
    return "text" if not _CONTROLS.search(head) and _is_text(head) else "unknown"


def runs_as_pickle(artifact: Artifact, *, ends: bool = False) -> bool:
    """Whether an unpickler that begins at its first byte would make a call; ``ends``: or come to an end."""
    with artifact.open() as stream:
        return running.runs(stream, artifact.size, ends=ends)


def _is_text(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(head) == _HEAD and error.start >= _HEAD - 3
    return True


def _protobuf(head: bytes, size: int) -> str:
    """ONNX models begin with their version and say a graph; saved models with theirs and a meta graph; graphs with a node."""
    first = _field(head, 0)
    if first is None:
        return ""
    number, kind, value, after = first
    second = _field(head, after)
    if (number, kind) == (1, _NUMBER) and 0 < value < _LATEST and second is not None:
        if second[:2] == (2, _BYTES) and value == 1 and _starts_meta(head, second):
            return "saved-model"
        return "onnx" if second[0] in _ONNX_FIELDS else ""
    return _by_node(head) if (number, kind) == (1, _BYTES) and value <= size else ""


def _by_node(head: bytes) -> str:
    """Messages that begin with a list of messages: a graph's nodes, Keras's layers, a vocabulary's pieces."""
    inner = _field(head, _inside(head))
    if inner is None:
        return ""
    if inner[0] in {2, 3} and b'"class_name"' in head:
        return "keras-metadata"
    if inner[:2] == (1, _BYTES) and inner[2] < _LONGEST_NAME and inner[3] < len(head):
        return {(2 << 3) | _BYTES: "graph-def", (2 << 3) | 5: "sentencepiece"}.get(head[inner[3]], "")
    return ""


def _starts_meta(head: bytes, second: tuple[int, int, int, int]) -> bool:
    """A meta graph begins with its own description (1) or its graph (2)."""
    inner = _field(head, second[3] - second[2])
    return inner is not None and inner[0] in {1, 2} and inner[1] == _BYTES


def _inside(head: bytes) -> int:
    place = 1
    while place < len(head) and head[place] & 0x80:
        place += 1
    return place + 1


def _field(head: bytes, place: int) -> tuple[int, int, int, int] | None:
    """Number, wire type, value or length, and the place after it (which may lie beyond the head)."""
    key, place = _varint(head, place)
    value, place = _varint(head, place)
    if key is None or value is None or key >> 3 == 0 or key & 7 not in {0, 2}:
        return None
    return key >> 3, key & 7, value, place + (value if key & 7 else 0)


def _varint(head: bytes, place: int) -> tuple[int | None, int]:
    value = shift = 0
    while place < len(head) and shift < 70:  # noqa: PLR2004 (ten groups of seven bits)
        byte = head[place]
        value |= (byte & 0x7F) << shift
        place += 1
        shift += 7
        if not byte & 0x80:
            return value, place
    return None, place


def ends_as_zip(artifact: Artifact) -> bool:
    """Whether a zip's last record stands at the very end and leads to a directory: zip readers begin there."""
    start = max(0, artifact.size - _TAIL)
    tail = artifact.read(start, _TAIL)
    place = tail.rfind(_ZIP_END)
    if place < 0 or len(tail) - place < 22:  # noqa: PLR2004 (bytes of the record)
        return False
    comment = int.from_bytes(tail[place + 20 : place + 22], "little")
    size = int.from_bytes(tail[place + 12 : place + 16], "little")
    if place + 22 + comment != len(tail):
        return False
    return size == _ZIP64 or artifact.read(max(0, start + place - size), 4) == b"PK\x01\x02"


def claimed(name: str) -> str:
    """What a name ends with, lower case, without the dot; empty where it has none."""
    last = name.rpartition("/")[2].rpartition("!")[2]
    return last.rpartition(".")[2].lower() if "." in last else ""
