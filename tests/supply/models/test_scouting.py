"""Whether a file holds a model, however deep."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest
from tests.supply.models.family import held

from yanmen.core.nouns import Ref
from yanmen.supply.models.bounds import Bounds, Limits, Unjudged
from yanmen.supply.models.examine import examine, look
from yanmen.supply.models.scouting import holds_model

SAMPLES = Path(__file__).parents[2] / "corpora/models"
PICKLE = b"\x80\x04N."
WORDS = b"words, and words\n" * 40


def _holds(data: bytes, name: str = "a.bin", limits: Limits | None = None) -> bool:
    return holds_model(held(name, data), Bounds(Ref(kind="file", id="x"), examine, limits or Limits()))


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _tar(members: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def test_ordinary_archives_hold_none() -> None:
    """Sources of thousands of files, documents, logs, rotated and joined ones."""
    many = {f"src/{number}.py": b"import os\n" for number in range(3_000)}

    assert not _holds(_tar(many, "w:gz"))
    assert not _holds(_zip(many))
    assert not _holds(
        _zip({"word/document.xml": b"<?xml version='1.0'?><w/>", "media/a.png": b"\x89PNG\r\n"})
    )
    assert not _holds(gzip.compress(WORDS) + gzip.compress(WORDS))
    assert not _holds(gzip.compress(WORDS * 20_000))
    assert not _holds(_zip({"a.tar.gz": _tar({"b.zip": _zip({"c.txt": WORDS})}, "w:gz")}))
    assert not _holds(b"x^2 is a formula that begins as zlib does")


@pytest.mark.parametrize("depth", [1, 4])
def test_a_model_is_seen_through_containers_and_packings(depth: int) -> None:
    """Of every sort, within one another."""
    data = PICKLE
    for number in range(depth):
        data = (
            _zip({"a.txt": WORDS, "b.txt": data}),
            gzip.compress(data),
            _tar({"c": data}),
            zlib.compress(data),
        )[number]

        assert _holds(data)


def test_what_is_too_deep_could_not_be_judged() -> None:
    """And is not taken for nothing."""
    data = PICKLE
    for _ in range(8):
        data = gzip.compress(data)
    with pytest.raises(Unjudged, match="too-large"):
        _holds(data)


def test_what_stands_behind_a_packed_stream_is_read_as_loaders_do() -> None:
    """Of several streams all; a stream that is cut, or has something else behind it, could not be judged."""
    assert _holds(gzip.compress(b"") + gzip.compress(PICKLE))
    assert _holds(gzip.compress(PICKLE + bytes(99_999))[:-9])
    for data in (gzip.compress(WORDS)[:-9], gzip.compress(WORDS) + b"x", b"BZh9" + bytes(30)):
        with pytest.raises(Unjudged):
            _holds(data)


def test_one_member_that_cannot_be_opened_makes_it_unknown_unless_another_is_a_model() -> None:
    """An encrypted one may hold anything."""
    data = bytearray(_zip({"a.txt": WORDS}))
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.find(mark) + place] |= 1
        data[data.find(mark) + place + 8] ^= 0xFF  # the sum, by which a lying flag is told from a true one
    with pytest.raises(Unjudged, match="encrypted"):
        _holds(_tar({"a.zip": bytes(data)}))

    assert _holds(_tar({"a.zip": bytes(data), "b.txt": PICKLE}))


def test_more_members_than_are_looked_at_could_not_be_judged() -> None:
    """Nor an archive that takes too long."""
    with pytest.raises(Unjudged, match="too-large"):
        _holds(_zip({f"{number}.txt": b"x" for number in range(30)}), limits=Limits(members=20))
    with pytest.raises(Unjudged, match="timed-out"):
        _holds(_zip({"a": b"x"}), limits=Limits(seconds=0))


def test_an_archive_is_a_model_by_names_and_marks_of_its_members() -> None:
    """Of a loose file the name is asked by whoever names it."""
    assert _holds(_zip({"m/data.pkl": b""}))
    assert _holds(_zip({"a.onnx": b""}))
    assert _holds((SAMPLES / "benign-xgboost.json").read_bytes())
    assert not _holds(b"\x0a\x04\x0a\x02ab", "a.txt")


def test_a_packed_archive_of_many_members_is_unpacked_once() -> None:
    """It is read member by member; each from the beginning would not end."""
    data = _tar({**{f"{number}.json": b"{}" for number in range(4_000)}, "z.json": PICKLE}, "w:gz")

    assert look(held("a.tgz", data)).proof == "proven_safe"
