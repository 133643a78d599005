"""Files of the pickle family, made by hand, and one look at them."""

from __future__ import annotations

import io
import struct
import zipfile

from tests.supply.pickles.assembly import PROTO2, STOP, call, constant, old_name, text, tuple_of

from yanmen.core.nouns import Ref
from yanmen.supply.models.bounds import Bounds, Limits
from yanmen.supply.models.examine import examine
from yanmen.supply.targets import Artifact


def bounds() -> Bounds:
    """A budget of its own."""
    return Bounds(Ref(kind="model", id="sha256/0"), examine, Limits())


def storage(key: str, kind: str, count: int) -> bytes:
    """A persistent identifier, as torch writes it."""
    return (
        tuple_of(
            text("storage"), old_name("torch", f"{kind}Storage"), text(key), text("cpu"), constant(count)
        )
        + b"Q"
    )


def ints(*values: int) -> bytes:
    """A tuple of numbers."""
    return tuple_of(*map(constant, values))


def tensor(
    key: str, kind: str, count: int, shape: tuple[int, ...], stride: tuple[int, ...], offset: int = 0
) -> bytes:
    """A tensor, as torch writes it."""
    hooks = old_name("collections", "OrderedDict") + b")R"
    return call(
        old_name("torch._utils", "_rebuild_tensor_v2"),
        storage(key, kind, count),
        constant(offset),
        ints(*shape),
        ints(*stride),
        constant(False),
        hooks,
    )


def state(**values: bytes) -> bytes:
    """A whole stream that holds a dict."""
    return PROTO2 + b"}(" + b"".join(text(key) + value for key, value in values.items()) + b"u" + STOP


def torch_zip(data: bytes, storages: dict[str, bytes], **more: bytes) -> bytes:
    """A checkpoint of today's form; ``more``: further members, with ``__`` for a slash and ``_dot_`` for a dot."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("m/data.pkl", data)
        archive.writestr("m/byteorder", b"little")
        for key, content in storages.items():
            archive.writestr(f"m/data/{key}", content)
        archive.writestr("m/version", b"3\n")
        for name, content in more.items():
            archive.writestr(f"m/{name.replace('__', '/').replace('_dot_', '.')}", content)
    return held.getvalue()


def torch_legacy(data: bytes, storages: dict[str, tuple[int, bytes]]) -> bytes:
    """A checkpoint of the older form."""
    magic = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
    keys = PROTO2 + b"](" + b"".join(map(text, storages)) + b"e" + STOP
    content = b"".join(struct.pack("<q", count) + raw for count, raw in storages.values())
    return magic + PROTO2 + constant(1001) + STOP + PROTO2 + b"}" + STOP + data + keys + content


def npy(descr: str, shape: str, content: bytes) -> bytes:
    """An array."""
    head = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + content


def held(name: str, data: bytes) -> Artifact:
    """A file in memory."""
    return Artifact.held(name, data)
