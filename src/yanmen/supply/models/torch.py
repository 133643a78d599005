"""PyTorch's files: the zip of today, TorchScript, and the two older forms."""

from __future__ import annotations

import re
import struct
from typing import BinaryIO

from yanmen.supply.models import rules, tars, zips
from yanmen.supply.models.bounds import HELD, Bounds, Unjudged
from yanmen.supply.models.pickles import tell
from yanmen.supply.models.report import Report
from yanmen.supply.models.windows import window
from yanmen.supply.pickles import rules as pickled
from yanmen.supply.pickles.entries import Entry
from yanmen.supply.pickles.journal import Journal
from yanmen.supply.pickles.judge import Judge
from yanmen.supply.pickles.storages import ITEM_SIZES, Storages
from yanmen.supply.pickles.streams import read_stream
from yanmen.supply.pickles.values import Global, Listed, Made, Value
from yanmen.supply.targets import Artifact, Examined

_DIMENSIONS = 64
"""More has no tensor."""


def _anything(_: tuple[Value, ...]) -> bool:
    return True


_SCRIPT_CLASS = Entry(
    gives="script", call=(), new=(_anything,), is_class=True, fold="",
    why="a class of the archive's own TorchScript, which knows no Python",
)  # fmt: skip
_ACTS = re.compile(
    r"\b(?:torch|ops\.aten)\.(?:save|load|from_file)\b|\bops\.prim\.(?:PythonOp|CallFunction)\b"
)
"""Operations of TorchScript that reach files, or Python."""
_OWN_OPS = re.compile(
    r"\bops\.(?!(?:aten|prim|quantized|torchvision|torchaudio|_?prims?|static_runtime|mkldnn)\b)(\w+)"
)
_CONSTANTS = re.compile(r"[^/]+/(?:constants|tensors)/[0-9]{1,6}")
_TRACED = "/traced_inputs"
"""Shapes of what a model was traced with: torch writes them without their bytes, and never loads them."""
_NONE = Storages()
_PLAIN = re.compile(
    r"[^/]+/(?:version|byteorder|\.data/serialization_id|\.format_version|\.storage_alignment|extra/.*|.*\.debug_pkl)"
)


def read(artifact: Artifact, bounds: Bounds) -> Examined:
    """Of whichever form it is."""
    head = artifact.read(0, 512)
    if head[257:262] == b"ustar":
        return _read_tar(artifact, bounds)
    return _read_legacy(artifact, bounds) if head[:1] == b"\x80" else _read_zip(artifact, bounds)


def _read_zip(artifact: Artifact, bounds: Bounds) -> Examined:
    archive = zips.Zip(artifact, bounds)
    script = any(member.name.endswith("/constants.pkl") for member in archive.members)
    report = Report(artifact, bounds, "torchscript" if script else "torch-zip")
    stores: dict[str, Storages] = {}
    if len({member.name.partition("/")[0] for member in archive.members}) > 1:
        report.find(rules.MISMATCH, "members outside of the folder that torch reads")
    for member in sorted(archive.members, key=lambda member: not member.name.endswith(".pkl")):
        try:
            _read_member(archive, member, report, bounds, stores, script=script)
        except Unjudged as error:
            report.miss(error.reason, error.detail, inside=member.name)
    _compare(archive, stores, report)
    zips.report_oddities(archive, report)
    return report.done()


def _read_member(
    archive: zips.Zip,
    member: zips.Member,
    report: Report,
    bounds: Bounds,
    stores: dict[str, Storages],
    *,
    script: bool,
) -> None:
    folder, _, key = member.name.rpartition("/")
    stored = key in stores.get(folder, _NONE).found or _CONSTANTS.fullmatch(member.name)
    if member.folder:
        return
    content = archive.open(member)
    if stored:
        return
    if member.size <= HELD and not archive.is_whole(member, content):
        report.find(rules.MISMATCH, f"{member.name}: its content has another checksum")
        report.miss("malformed", "its content has another checksum", inside=member.name)
    if _PLAIN.fullmatch(member.name):
        return
    if member.name.endswith(".pkl"):
        journal = Journal(bounds.work)
        own = _own if script else None
        judge = Judge(
            journal, bounds.tables, stores.setdefault(_folder(archive, member), Storages()).load, own
        )
        with content.open() as stream:
            found, machine = read_stream(stream, judge, bounds.tick, size=content.size)
        if found is not None and machine.offset != content.size:
            journal.find(
                pickled.HIDES_BYTES, "behind the end", "bytes behind the end of the pickle", found.end
            )
        tell(journal, report, inside=member.name)
    elif script and "/code/" in member.name:
        _read_code(content, report, member.name)
    else:
        report.take(bounds.inside(content))


def _own(module: str, _: str) -> Entry | None:
    return _SCRIPT_CLASS if module.partition(".")[0] == "__torch__" else None


def _read_code(content: Artifact, report: Report, name: str) -> None:
    """TorchScript: a language without imports, whose operations are all there is to it."""
    if content.size > HELD:
        raise Unjudged("too-large", f"{name}: {content.size} bytes of TorchScript")
    text = content.read(0, content.size).decode("utf-8", "replace")
    for found in _ACTS.finditer(text):
        report.find(
            rules.GRAPH_FILES, found[0], inside=f"{name}#L{text.count(chr(10), 0, found.start()) + 1}"
        )
    for found in _OWN_OPS.finditer(text):
        report.find(
            rules.GRAPH_CUSTOM, found[0], inside=f"{name}#L{text.count(chr(10), 0, found.start()) + 1}"
        )
        report.miss("not-checked", f"what the operation {found[0]} does", inside=name)
    report.step("TorchScript code: it reaches neither Python nor files")


def _folder(archive: zips.Zip, member: zips.Member) -> str:
    """Where a pickle's storages lie: beside it, in a folder of its name; ``data`` where it has none."""
    own = member.name.removesuffix(".pkl")
    if any(each.name.startswith(f"{own}/") for each in archive.members):
        return own
    return f"{own.partition('/')[0]}/data"


def _compare(archive: zips.Zip, stores: dict[str, Storages], report: Report) -> None:
    """Storages that each pickle names, against the members that hold them."""
    sizes = {member.name: member.size for member in archive.members}
    for folder, storages in stores.items():
        for storage in storages.found.values():
            size = sizes.get(f"{folder}/{storage.key}")
            if size is None:
                report.miss("malformed", f"the storage {storage.key} is not in the archive")
            elif size < storage.size and not (size == 0 and folder.endswith(_TRACED)):
                said = f"the storage {storage.key} says {storage.size} bytes and has {size}"
                report.find(rules.OUT_OF_BOUNDS, said)
    report.fact("storages", str(sum(len(storages.found) for storages in stores.values())))


def _read_legacy(artifact: Artifact, bounds: Bounds) -> Examined:
    """Pickles of a magic number, a version and the system, the one that matters, and the storages' names; then their bytes."""
    report = Report(artifact, bounds, "torch-legacy")
    storages = Storages()
    journal = Journal(bounds.work)
    judge = Judge(journal, bounds.tables, storages.load)
    values: list[Value] = []
    at = 0
    with artifact.open() as stream:
        for _ in range(5):
            found, _ = read_stream(stream, judge, bounds.tick, start=at, size=artifact.size)
            if found is None:
                break
            values.append(found.value)
            at = found.end
    tell(journal, report)
    if len(values) == 5 and isinstance(values[4], Listed):  # noqa: PLR2004  # as above
        _legacy_storages(artifact, report, storages, values[4], at)
    elif not journal.misses:
        report.miss("malformed", "no list of storages")
    return report.done()


def _legacy_storages(artifact: Artifact, report: Report, storages: Storages, keys: Listed, at: int) -> None:
    for key in keys.items:
        storage = storages.found.get(key) if type(key) is str else None
        if storage is None:
            report.miss("malformed", "a storage that the pickle does not name")
            return
        head = artifact.read(at, 8)
        if len(head) < 8 or struct.unpack("<q", head)[0] != storage.count:  # noqa: PLR2004  # a number of eight bytes
            report.miss("malformed", f"the storage {storage.key} says another length")
            return
        at += 8 + storage.size
    if at != artifact.size:
        report.find(rules.EXTRA, f"{artifact.size - at} bytes behind the storages")
        report.miss("not-checked", "bytes behind the storages, or too few of them")
    report.fact("storages", str(len(keys.items)))


def _read_tar(artifact: Artifact, bounds: Bounds) -> Examined:
    """Of before 2017: ``storages`` and ``tensors`` are pickles between which bytes lie; ``pickle`` is the one that matters."""
    report = Report(artifact, bounds, "torch-tar")
    for entry in tars.entries(artifact, bounds):
        name = entry.name.removeprefix("./")
        if entry.kind != "file":
            continue
        part = window(artifact, f"{artifact.name}!{name}", entry.start, entry.size)
        _Old(part, bounds, report, name).read()
    return report.done()


class _Old:
    """A member of the oldest form."""

    def __init__(self, part: Artifact, bounds: Bounds, report: Report, name: str) -> None:
        self._part = part
        self._tick = bounds.tick
        self._report = report
        self._name = name
        self._journal = Journal(bounds.work)
        self._judge = Judge(self._journal, bounds.tables, _by_number)
        self._at = 0

    def read(self) -> None:
        """Its pickles, and the bytes between them, as torch steps over them."""
        with self._part.open() as stream:
            try:
                self._walk(stream)
            except Unjudged as error:
                self._journal.miss(error.reason, error.detail, self._at)
        if self._at != self._part.size:
            self._journal.miss("not-checked", "bytes behind the last pickle", self._at)
        tell(self._journal, self._report, inside=self._name)

    def _walk(self, stream: BinaryIO) -> None:
        first = self._next(stream)
        if self._name not in {"storages", "tensors"}:
            return
        for _ in range(first if type(first) is int else 0):
            said = self._next(stream)
            if not (isinstance(said, tuple) and len(said) == 3):  # noqa: PLR2004  # key, place or storage, class
                raise Unjudged("malformed", "no storage and no tensor")
            (self._storage if self._name == "storages" else self._tensor)(said[2])
        if self._name == "storages":
            self._next(stream)

    def _next(self, stream: BinaryIO) -> Value:
        found, _ = read_stream(stream, self._judge, self._tick, start=self._at, size=self._part.size)
        if found is None:
            raise Unjudged("malformed", "no further pickle")
        self._at = found.end
        return found.value

    def _storage(self, cls: Value) -> None:
        """``cls._new_with_file`` reads a count and as many elements."""
        known = isinstance(cls, Global) and cls.entry is not None and cls.entry.gives == "storage"
        head = self._part.read(self._at, 8)
        if not known or len(head) < 8:  # noqa: PLR2004  # a number of eight bytes
            raise Unjudged("not-checked", "a storage of an unknown class")
        count = struct.unpack("<q", head)[0]
        self._at += 8 + count * ITEM_SIZES.get(cls.name.removesuffix("Storage"), 1)
        if not 0 <= count <= self._part.size:
            raise Unjudged("malformed", "a storage of an impossible length")

    def _tensor(self, cls: Value) -> None:
        """Dimensions, sizes, strides and an offset."""
        known = (
            isinstance(cls, Global) and cls.entry is not None and cls.entry.gives in {"old-tensor", "tensor"}
        )
        head = self._part.read(self._at, 4)
        if not known or len(head) < 4:  # noqa: PLR2004  # a number of four bytes
            raise Unjudged("not-checked", "a tensor of an unknown class")
        dimensions = struct.unpack("<i", head)[0]
        if not 0 <= dimensions <= _DIMENSIONS:
            raise Unjudged("malformed", "a tensor of an impossible number of dimensions")
        self._at += 8 + 16 * dimensions + 8


def _by_number(pid: Value) -> Value | None:
    """Of the oldest form: a number of what was read before, or a class with its source text."""
    if isinstance(pid, tuple) and pid and isinstance(pid[0], Global):
        return pid[0]
    numbered = type(pid) is int or (type(pid) is str and pid.isdecimal())
    return Made(kind="tensor", by=None, args=(pid,)) if numbered else None
