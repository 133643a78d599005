"""Models in packages."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from yanmen.core.nouns import Finding, Ref, Unexamined
from yanmen.supply.models.carried import carried
from yanmen.supply.targets import Artifact

COMMAND = b"cos\nsystem\n(S'id'\ntR."
PACKAGE = Ref.parse("pkg:pypi/p@1")


def _packed(kind: str, members: dict[str, bytes]) -> Artifact:
    out = io.BytesIO()
    if kind == "wheel":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
    else:
        with tarfile.open(fileobj=out, mode="w:gz") as source:
            for name, data in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                source.addfile(info, io.BytesIO(data))
    return Artifact.held("p", out.getvalue())


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_a_model_in_a_package_is_judged_and_its_other_files_are_not(kind: str) -> None:
    """By its content, and told with the member's name and the package."""
    plain = {
        "p/__init__.py": b"import os\n",
        "README": b"words",
        "p/a.pkl": b"words",
        "p/n.pkl": b"\x80\x04N.",
    }
    (found,) = carried(_packed(kind, {**plain, "p/data.txt": COMMAND}), PACKAGE)

    assert isinstance(found, Finding)
    assert (found.rule.id, found.subject) == ("pickle.calls-os", PACKAGE)
    assert found.where.part.rstrip("#0123456789").endswith("!p/data.txt")
    assert list(carried(_packed(kind, plain), PACKAGE)) == []


def test_what_cannot_be_opened_is_said(tmp_path: Path) -> None:
    """A member of an unknown method, an archive that breaks off; what is no archive holds nothing."""
    whole = _packed("wheel", {"p/a.txt": COMMAND}).read(0, 9_999)
    odd = bytearray(whole)
    odd[odd.find(b"PK\1\2") + 10] = 99
    broken = _packed("sdist", {"p/a.txt": COMMAND * 99}).read(0, 9_999)[:-20]
    (tmp_path / "x").write_bytes(b"words")

    for data, reason in ((bytes(odd), "unsupported"), (whole[:-9], "malformed"), (broken, "malformed")):
        (gap,) = carried(Artifact.held("p", data), PACKAGE)
        assert isinstance(gap, Unexamined)
        assert (gap.reason, gap.subject) == (reason, PACKAGE)
    assert list(carried(Artifact.of(tmp_path / "x"), PACKAGE)) == []
