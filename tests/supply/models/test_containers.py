"""What archives are and hold."""

from __future__ import annotations

import io
import tarfile
import zipfile

import pytest
from tests.supply.models.family import bounds, held

from yanmen.supply.models.bounds import Unjudged
from yanmen.supply.models.containers import kind_of_tar, kind_of_zip, members


def _zip(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, name)
    return out.getvalue()


def _tar(*names: str, kind: bytes = tarfile.REGTYPE) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.type = kind
            archive.addfile(info)
    return out.getvalue()


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("m/data.pkl", "m/version"), "torch-zip"),
        (("m/constants.pkl", "m/version"), "torch-zip"),
        (("schema.json", "1.npy"), "skops"),
        (("config.json", "model.weights.h5"), "keras"),
        (("a.npy", "b.npy"), "npz"),
        (("a.npy", "b.txt"), "zip"),
        ((), "zip"),
    ],
)
def test_a_zip_is_what_its_names_say(names: tuple[str, ...], kind: str) -> None:
    """By all of them."""
    assert kind_of_zip(held("a", _zip(*names)), bounds()) == kind


def test_a_tar_of_the_first_torch_is_told() -> None:
    """By two of its names."""
    assert kind_of_tar(held("a", _tar("./pickle", "storages")), bounds()) == "torch-tar"
    assert kind_of_tar(held("a", _tar("pickle", "b")), bounds()) == "tar"


def test_each_member_is_given_or_why_not() -> None:
    """Folders and links hold nothing; what cannot be opened may."""
    odd = bytearray(_zip("a", "b/", "c"))
    odd[odd.find(b"PK\1\2") + 10] = 99
    first, second = members(held("z", bytes(odd)), "zip", bounds())
    (unknown,) = members(held("t", _tar("a", kind=b"Z")), "tar", bounds())

    assert isinstance(first, Unjudged)
    assert first.reason == "unsupported"
    assert not isinstance(second, Unjudged)
    assert second.read(0, 9) == b"c"
    assert isinstance(unknown, Unjudged)
    assert [
        one.name for one in members(held("t", _tar("a")), "tar", bounds()) if not isinstance(one, Unjudged)
    ]
    assert not list(members(held("t", _tar("a", kind=tarfile.DIRTYPE)), "tar", bounds()))
