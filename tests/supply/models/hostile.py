"""Files that lie: of every format, written to be wrong in one way, and small intact ones to be damaged by chance."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import struct
import tarfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from tests.supply.models import test_onnx as onnx
from tests.supply.models import test_tensorflow as tensorflow
from tests.supply.models import test_tflite as tflite
from tests.supply.models.family import npy, state, tensor, torch_zip
from tests.supply.pickles.assembly import PROTO2, STOP, call, constant, old_name, text

SAMPLES = Path(__file__).parents[2] / "corpora/models"
U4, U8 = struct.Struct("<I").pack, struct.Struct("<Q").pack
HUGE = (
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    1 << 40,
    (1 << 63) - 1,
    1 << 63,
    (1 << 64) - 1,
)
COMMAND = PROTO2 + call(old_name("os", "system"), text("id")) + STOP
DEEP = 50_000
Files = Iterator[tuple[str, bytes]]


def _string(value: bytes) -> bytes:
    return U8(len(value)) + value


def _gguf(
    pairs: bytes = b"", tensors: bytes = b"", counts: tuple[int, int] = (0, 0), data: bytes = b""
) -> bytes:
    out = b"GGUF" + U4(3) + U8(counts[0]) + U8(counts[1]) + pairs + tensors
    return out + bytes(-len(out) % 32) + data


def _tensor(name: bytes, shape: tuple[int, ...], kind: int = 0, offset: int = 0) -> bytes:
    return _string(name) + U4(len(shape)) + b"".join(map(U8, shape)) + U4(kind) + U8(offset)


def gguf() -> Files:
    """Lengths, counts, depth, places."""
    key = _string(b"k")
    yield "tensors that are not there", _gguf(counts=(1 << 60, 0))
    yield "pairs that are not there", _gguf(counts=(0, 1 << 60))
    yield "a key longer than the file", _gguf(U8(1 << 63) + b"k", counts=(0, 1))
    yield "an array of everything", _gguf(key + U4(9) + U4(0) + U8(1 << 62), counts=(0, 1))
    yield "arrays within arrays", _gguf(key + (U4(9) + U4(9) + U8(1)) * DEEP, counts=(0, 1))
    yield "a type that is none", _gguf(key + U4(77) + U8(0), counts=(0, 1))
    yield "a key twice", _gguf((key + U4(4) + U4(1)) * 2, counts=(0, 2))
    yield "a tensor twice", _gguf(tensors=_tensor(b"t", (4,)) * 2, counts=(2, 0), data=bytes(16))
    yield (
        "tensors that overlap",
        _gguf(tensors=_tensor(b"a", (16,)) + _tensor(b"b", (16,), offset=32), counts=(2, 0), data=bytes(96)),
    )
    yield (
        "a tensor behind the end",
        _gguf(tensors=_tensor(b"t", (4,), offset=1 << 40), counts=(1, 0), data=bytes(16)),
    )
    yield (
        "a shape that overflows",
        _gguf(tensors=_tensor(b"t", (1 << 62, 1 << 62)), counts=(1, 0), data=bytes(16)),
    )
    yield "dimensions without end", _gguf(tensors=_string(b"t") + U4(0xFFFFFFFF), counts=(1, 0))
    yield (
        "no alignment",
        _gguf(_string(b"general.alignment") + U4(4) + U4(0), _tensor(b"t", (4,)), (1, 1), bytes(16)),
    )


def _safetensors(header: bytes, data: bytes = b"", size: int | None = None) -> bytes:
    return U8(len(header) if size is None else size) + header + data


def safetensors() -> Files:
    """Headers, offsets, shapes."""
    one = b'"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}'
    yield "a header longer than the file", _safetensors(b"{" + one + b"}", bytes(4), 1 << 40)
    yield "a header within a header", _safetensors(b'{"a":' + b"[" * DEEP, bytes(4))
    yield "no JSON", _safetensors(b"{" + one, bytes(4))
    yield "a name twice", _safetensors(b"{" + one + b"," + one + b"}", bytes(4))
    yield "overlap", _safetensors(b"{" + one + b"," + one.replace(b'"a"', b'"b"') + b"}", bytes(4))
    yield "backwards", _safetensors(b"{" + one.replace(b"[0,4]", b"[4,0]") + b"}", bytes(4))
    yield "less than nothing", _safetensors(b"{" + one.replace(b"[0,4]", b"[-4,0]") + b"}", bytes(4))
    yield "a fraction", _safetensors(b"{" + one.replace(b"[0,4]", b"[0.5,4]") + b"}", bytes(4))
    yield (
        "a shape that overflows",
        _safetensors(b"{" + one.replace(b"[4]", b"[4611686018427387904,4]") + b"}", bytes(4)),
    )
    yield "a shape of another size", _safetensors(b"{" + one.replace(b"[4]", b"[5]") + b"}", bytes(4))
    yield "a hole", _safetensors(b"{" + one + b"}", bytes(9))
    yield (
        "a number that is too long",
        _safetensors(b"{" + one.replace(b"[4]", b"[" + b"9" * 9_999 + b"]") + b"}", bytes(4)),
    )
    yield "metadata that is none", _safetensors(b'{"__metadata__":{"a":{}},' + one + b"}", bytes(4))


def _nested(number: int, times: int, inner: bytes = b"") -> bytes:
    for _ in range(times):
        inner = tensorflow._bytes(number, inner)  # written by the tests beside
    return inner


def protobufs() -> Files:
    """ONNX and SavedModel: lengths, depth, wire types."""
    graph = b""
    for _ in range(300):
        graph = _nested(1, 1, _nested(5, 1, _nested(6, 1, graph)))
    yield "graphs within graphs", b"\x08\x08\x12\x01x" + _nested(7, 1, graph)
    yield "a length behind the end", b"\x08\x08\x3a\xff\xff\xff\xff\x0f" + bytes(9)
    yield "a number without end", b"\x08\x08\x12\x01x\x3a\x0c\x0a\x0a" + b"\xff" * 11
    yield "a group", b"\x08\x08\x12\x01x\x3a\x02\x0b\x0b"
    path = onnx._bytes(1, b"location") + onnx._bytes(2, b"../../../etc/passwd")
    outside = onnx._bytes(5, onnx._bytes(13, path) + b"\x70\x01")
    yield "data outside", onnx._model(outside)
    yield "a saved model cut in a node", tensorflow._saved(tensorflow._bytes(1, b"\x0a\x7fn"))
    yield "libraries within libraries", tensorflow._saved(_nested(2, 500))


def _tar(*members: tuple[str, bytes, dict[str, object]]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data, more in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for field, value in more.items():
                setattr(info, field, value)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _with_sum(block: bytearray) -> bytes:
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block[:512])
    return bytes(block)


def tar() -> Files:
    """Sizes, links, names."""
    plain = bytearray(_tar(("a.json", b"{}", {})))
    yield "a size behind the end", _with_sum(plain[:124] + b"77777777777\0" + plain[136:])
    yield "a size below nothing", _with_sum(plain[:124] + b"\xff" * 12 + plain[136:])
    yield "a size of base 256", _with_sum(plain[:124] + b"\x80" + b"\x7f" * 11 + plain[136:])
    yield "a wrong sum", bytes(plain[:148] + b"0000000\0" + plain[156:])
    yield "up and out", _tar(("../../etc/cron.d/x", b"x", {}))
    yield "from the root", _tar(("/etc/cron.d/x", b"x", {}))
    yield "a link to itself", _tar(("a", b"", {"type": tarfile.SYMTYPE, "linkname": "a"}), ("a/b", b"x", {}))
    yield (
        "a link out",
        _tar(("a", b"", {"type": tarfile.SYMTYPE, "linkname": "/etc"}), ("a/passwd", b"x", {})),
    )
    yield "a device", _tar(("a", b"", {"type": tarfile.CHRTYPE}))
    yield "a name twice", _tar(("a.pkl", COMMAND, {}), ("a.pkl", b"N.", {}))
    yield "archives within archives", _wrapped(12, lambda inner: _tar(("a.tar", inner, {})), COMMAND)
    yield "a record that lies", _with_sum(bytearray(_tar(("a", b"9999999999 path=b\n", {"type": b"x"}))))


def _wrapped(times: int, wrap: object, inner: bytes) -> bytes:
    for _ in range(times):
        inner = wrap(inner)  # type: ignore[operator]
    return inner


def zip_of(*members: tuple[str, bytes], packed: bool = False) -> bytes:
    """An archive; a name may stand twice."""
    out = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", method) as archive:
        warnings.simplefilter("ignore")
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def _set(data: bytes, mark: bytes, at: int, value: bytes) -> bytes:
    place = data.rindex(mark) + at
    return data[:place] + value + data[place + len(value) :]


def zips() -> Files:
    """Of every container on zip."""
    plain = zip_of(("m/data.pkl", b"\x80\x02}."), ("m/version", b"3\n"))
    member = b"PK\x03\x04"
    yield "a wrong sum", _set(_set(plain, b"PK\x01\x02", 16, b"zzzz"), member, 14, b"zzzz")
    yield "records that differ", _set(plain, member, 22, U4(1))
    yield "members that are not there", _set(plain, b"PK\x05\x06", 8, b"\xff\xff\xff\xff")
    yield "a folder behind the end", _set(plain, b"PK\x05\x06", 16, b"\xf0\xff\xff\xff")
    yield "encrypted", _set(_set(plain, b"PK\x01\x02", 8, b"\x01\x00"), member, 6, b"\x01\x00")
    yield "a method of nobody's", _set(_set(plain, b"PK\x01\x02", 10, b"\x63\x00"), member, 8, b"\x63\x00")
    yield "one place for two", _set(plain, b"PK\x01\x02", 42, bytes(4))
    yield "a name twice", zip_of(("m/data.pkl", COMMAND), ("m/data.pkl", b"\x80\x02}."))
    yield "up and out", zip_of(("../../x.pkl", b"N."))
    yield "archives within archives", _wrapped(12, lambda inner: zip_of(("a.zip", inner)), COMMAND)
    yield "a bomb", zip_of(("m/data.pkl", bytes(20 << 20)), packed=True)


def keras() -> Files:
    """Version 3."""
    deep = b'{"class_name":"A","config":' * 20_000
    for name, config in (
        ("cut", b'{"class_name":'),
        ("within", deep),
        ("a list", b"[" * DEEP),
        ("no text", b"\xff\xfe{}"),
    ):
        yield (
            f"a configuration: {name}",
            zip_of(("config.json", config), ("metadata.json", b"{}"), ("model.weights.h5", b"")),
        )
    intact = zipfile.ZipFile(SAMPLES / "benign.keras")
    members = [(name, intact.read(name)) for name in intact.namelist()]
    yield "two configurations", zip_of(*members, ("config.json", (SAMPLES / "lambda.keras").read_bytes()))
    yield "weights cut", zip_of(*[(name, data[: len(data) // 2]) for name, data in members])


def numpys() -> Files:
    """Headers, shapes."""
    yield "a header longer than the file", b"\x93NUMPY\x01\x00\xff\xff{'descr'"
    yield "a version of nobody's", b"\x93NUMPY\x09\x00" + npy("'<f8'", "(1,)", bytes(8))[8:]
    yield "a shape that overflows", npy("'<f8'", f"({1 << 62}, {1 << 62})", bytes(8))
    yield "a shape below nothing", npy("'<f8'", "(-1,)", bytes(8))
    yield "brackets", npy("'<f8'", "(" * 9_000 + ")" * 9_000, bytes(8))
    yield "a call", npy("__import__('os')", "(1,)", bytes(8))
    yield "objects cut", npy("'|O'", "(1,)", COMMAND[:-4])
    yield "objects that call", npy("'|O'", "(1,)", COMMAND)
    yield "too few bytes", npy("'<f8'", "(9,)", bytes(8))
    yield (
        "a name twice",
        zip_of(("a.npy", npy("'<f8'", "(1,)", bytes(8))), ("a.npy", npy("'|O'", "(1,)", COMMAND))),
    )


def joblibs() -> Files:
    """Packed streams."""
    stream = zlib.compress(b"\x80\x04N.")
    yield "cut", stream[:-5]
    yield "a wrong sum", stream[:-1] + bytes([stream[-1] ^ 1])
    yield "a wrong sum of gzip", gzip.compress(b"\x80\x04N.")[:-8] + bytes(8)
    yield "bytes behind", stream + b"more"
    yield "a bomb", lzma.compress(b"\x80\x04B" + U4(17 << 20) + bytes(17 << 20) + b".", preset=0)
    yield "within", _wrapped(12, zlib.compress, b"\x80\x04N.")
    yield "xz cut", lzma.compress(b"\x80\x04N.")[:-9]
    yield "bzip2 cut", bz2.compress(b"\x80\x04N.")[:-9]


def skops() -> Files:
    """Trees that lie."""
    node = {"__module__": "builtins", "__class__": "dict", "__loader__": "DictNode", "__id__": 1}
    yield "within", zip_of(("schema.json", b'{"__loader__":"ListNode","content":[' * 9_000))
    yield "cut", zip_of(("schema.json", json.dumps(node).encode()[:-3]))
    array = {
        "__module__": "numpy",
        "__class__": "ndarray",
        "__loader__": "NdArrayNode",
        "type": "numpy",
        "file": "../a.npy",
    }
    yield "a file outside", zip_of(("schema.json", json.dumps(array).encode()))
    yield "no module", zip_of(("schema.json", json.dumps({**node, "__module__": 3}).encode()))


def tflites() -> Files:
    """Offsets."""
    plain = tflite._model()
    for place in range(8, len(plain) - 3, 4):
        for value in (0xFFFFFFFF, 0x7FFFFFF0, len(plain) + 4):
            yield f"{value:#x} at {place}", plain[:place] + U4(value) + plain[place + 4 :]


def hdf5s() -> Files:
    """Every address leads to the root, or behind the end."""
    plain = (SAMPLES / "benign.h5").read_bytes()
    places = [
        place
        for place in range(24, min(len(plain), 4_000), 8)
        if 0 < struct.unpack_from("<Q", plain, place)[0] < len(plain)
    ]
    for value in (96, len(plain) + 8, (1 << 64) - 1):
        data = bytearray(plain)
        for place in places:
            struct.pack_into("<Q", data, place, value)
        yield f"everything at {value}", bytes(data)


FORMATS = {
    "m.gguf": gguf, "m.safetensors": safetensors, "m.onnx": protobufs, "m.tar": tar, "m.zip": zips, "m.keras": keras,
    "m.npy": numpys, "m.joblib": joblibs, "m.skops": skops,
}  # fmt: skip
"""By the name of a file: written to be wrong, none of which may be proven safe."""
BENT = {"m.tflite": tflites, "m.h5": hdf5s}
"""Bent in places some of which no reader looks at: these may be proven safe, and end in an answer."""


def intact() -> dict[str, bytes]:
    """One of each format that is proven safe."""
    header = b'{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}'
    array = npy("'<f8'", "(2,)", bytes(16))
    tree = {"__module__": "builtins", "__class__": "str", "__loader__": "JsonNode", "content": '"a"'}
    return {
        "m.gguf": _gguf(_string(b"k") + U4(4) + U4(1), _tensor(b"t", (4,)), (1, 1), bytes(16)),
        "m.safetensors": _safetensors(header, bytes(4)),
        "m.tflite": tflite._model(),
        "m.onnx": (SAMPLES / "benign.onnx").read_bytes(),
        "m.h5": (SAMPLES / "benign.h5").read_bytes(),
        "m.keras": (SAMPLES / "benign.keras").read_bytes(),
        "m.7z": (SAMPLES / "benign.7z").read_bytes(),
        "m.tar": _tar(("a.npy", array, {}), ("b.json", b"{}", {})),
        "m.npy": array,
        "m.npz": zip_of(("a.npy", array), packed=True),
        "m.joblib": zlib.compress(b"\x80\x04" + constant(7) + STOP),
        "m.skops": zip_of(("schema.json", json.dumps(tree).encode())),
        "m.pb": tensorflow._saved(tensorflow._bytes(1, tensorflow._node("Add"))),
        "m.pt": torch_zip(state(w=tensor("0", "Float", 4, (4,), (1,))), {"0": bytes(16)}),
    }


def damaged(data: bytes, rnd: random.Random) -> bytes:
    """With numbers that lie, bytes that changed, and parts lost or doubled; a 7z's own sums are put right again."""
    out = bytearray(data)
    for _ in range(rnd.choice((1, 1, 2, 5))):
        way, at = rnd.randrange(6), rnd.randrange(len(out) or 1)
        if way < 2:
            width = rnd.choice((1, 2, 4, 8))
            value = rnd.choice(HUGE) & ((1 << 8 * width) - 1)
            out[at : at + width] = value.to_bytes(width, rnd.choice(("little", "big")))
        elif way == 2 and out:
            out[at] ^= 1 << rnd.randrange(8)
        elif way == 3:
            del out[at : at + rnd.randrange(1, 64)]
        elif way == 4:
            out[at:at] = out[at : at + rnd.randrange(1, 64)]
        else:
            other = rnd.randrange(len(out) or 1)
            out[at : at + 16] = out[other : other + 16]
    if out[:6] == b"7z\xbc\xaf\x27\x1c" and len(out) > 32:
        offset, size = struct.unpack_from("<QQ", out, 12)
        out[28:32] = U4(zlib.crc32(out[32 + offset : 32 + offset + size]) if offset + size < len(out) else 0)
        out[8:12] = U4(zlib.crc32(out[12:32]))
    return bytes(out)
