"""Archives: names, links, devices, bombs; every member by its content."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.supply.models.bounds import Limits
from yanmen.supply.models.examine import look
from yanmen.supply.targets import Artifact, Examined

SAMPLES = Path(__file__).parents[2] / "corpora/models"
Look = Callable[..., Examined]
Said = Callable[[Examined], set[str]]
TEMPLATE = b"{{ x.__class__ }}"


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _tar(*infos: tarfile.TarInfo, data: bytes = b"{}") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for info in infos:
            info.size = len(data) if info.isfile() else 0
            archive.addfile(info, io.BytesIO(data) if info.isfile() else None)
    return out.getvalue()


def _info(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_members_are_examined_by_their_content(method: int, examined: Look, said: Said) -> None:
    """Within a zip within a tar within a zip, and told with the whole way."""
    inner = _tar(_info("t.txt"), data=TEMPLATE)
    found = examined(_zip({"a.json": b"{}", "b.tar": inner}, method), "all.zip")

    assert (found.format, found.proof, said(found)) == ("zip", "unsafe", {"template.runs-code"})
    assert found.findings[0].where.part == "all.zip!b.tar!t.txt!template"
    assert examined(_zip({"a.json": b"{}"}, method), "all.zip").proof == "proven_safe"


@pytest.mark.parametrize("name", ["../x.json", "/etc/x.json", "a/../../x.json", "C:\\x.json", "..\\x.json"])
def test_names_that_lead_out_are_found(name: str, examined: Look, said: Said) -> None:
    """In both formats (CVE-2007-4559 in tarfile, and every tool that joins names since)."""
    assert "archive.name-leaves" in said(examined(_zip({name: b"{}"}), "a.zip"))
    assert "archive.name-leaves" in said(examined(_tar(_info(name)), "a.tar"))


def test_links_that_leave_are_found_and_others_are_not(examined: Look, said: Said) -> None:
    """CVE-2025-4517: tarfile's own filter followed a link out."""
    leaving = [
        _tar(_info("a/l", tarfile.SYMTYPE, "../../x")),
        _tar(_info("l", tarfile.SYMTYPE, "/etc")),
        _tar(_info("h", tarfile.LNKTYPE, "../x")),
    ]
    link = zipfile.ZipInfo("l")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "../../etc/passwd")

    assert [said(examined(data, "a.tar")) for data in leaving] == [{"archive.link-leaves"}] * 3
    assert said(examined(out.getvalue(), "a.zip")) == {"archive.link-leaves"}
    assert examined(_tar(_info("a/l", tarfile.SYMTYPE, "../b")), "a.tar").proof == "proven_safe"


def test_devices_and_pipes_are_found(examined: Look, said: Said) -> None:
    """No model needs one."""
    assert said(examined(_tar(_info("d", tarfile.CHRTYPE)), "a.tar")) == {"archive.device"}
    assert said(examined(_tar(_info("p", tarfile.FIFOTYPE)), "a.tar")) == {"archive.device"}


def test_what_would_unpack_to_too_much_is_not_unpacked(examined: Look) -> None:
    """By its ratio, by the sum, by the number of members, by the depth."""
    bomb = _zip({"a": b"\0" * (40 << 20)}, zipfile.ZIP_DEFLATED)
    many = _zip({f"{number}.json": b"{}" for number in range(50)})
    deep = b"{}"
    for _ in range(9):
        deep = _zip({"a": deep})

    for data, limits in (
        (bomb, Limits(ratio=100)),
        (_zip({"a": b"\0" * 2_000_000}, zipfile.ZIP_DEFLATED), Limits(unpacked=1_000_000)),
        (many, Limits(members=20)),
        (deep, Limits()),
    ):
        found = examined(data, "a.zip", limits)

        assert found.proof == "unknown"
        assert "too-large" in {each.reason for each in found.unexamined}


def test_a_member_that_is_not_what_its_checksum_says_is_found(examined: Look, said: Said) -> None:
    """One loader checks it, another does not."""
    data = _zip({"a.json": b'{"a": 1}'})
    found = examined(data.replace(b'"a": 1', b'"a": 2'), "a.zip")

    assert "archive.contradicts-itself" in said(found)
    assert found.proof == "unknown"


def test_two_members_of_one_name_in_a_tar_are_found(examined: Look, said: Said) -> None:
    """The later one wins, for some."""
    assert "archive.contradicts-itself" in said(examined(_tar(_info("a"), _info("a")), "a.tar"))


def test_a_7z_is_read_member_by_member(examined: Look) -> None:
    """Encrypted ones, and packed with what we do not know, are said."""
    found = examined((SAMPLES / "benign.7z").read_bytes(), "a.7z")
    encrypted = examined((SAMPLES / "encrypted.7z").read_bytes(), "a.7z")

    assert (found.format, found.proof, found.facts["members"]) == ("7z", "proven_safe", "2")
    assert (encrypted.proof, encrypted.unexamined[0].reason) == ("unknown", "encrypted")


def test_a_zip_of_ten_million_members_is_refused_by_what_it_says(examined: Look) -> None:
    """Its directory is not read."""
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0x20000000, 0, 0)
    found = examined(b"PK\3\4" + b"\0" * 100 + end, "a.zip")

    assert found.proof == "unknown"


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_no_change_of_an_archive_makes_it_fall(data: st.DataObject) -> None:
    """Any byte, any cut, of zip and tar."""
    members = {"a.json": b"{}", "b/t.jinja": TEMPLATE}
    changed = bytearray(
        data.draw(
            st.sampled_from([_zip(members, 8), _tar(_info("a.json"), _info("l", tarfile.SYMTYPE, "b"))])
        )
    )
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    found = look(Artifact.held("a.zip", bytes(changed[: data.draw(st.integers(0, len(changed)))])))

    assert "detector-failed" not in {each.reason for each in found.unexamined}
