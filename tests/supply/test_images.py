"""Images as they lie on a disk."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.core.nouns import Unexamined
from yanmen.supply import images as module
from yanmen.supply.images import images, looks_like_image
from yanmen.supply.inventory import image, inventory
from yanmen.supply.targets import Component

Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
STATUS = b"Package: base\nStatus: install ok installed\nVersion: 1\n"
RELEASE = b"ID=debian\nVERSION_ID=12\n"


def _tar(content: dict[str, bytes], mode: str = "w") -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=mode) as archive:  # type: ignore[call-overload]  # the mode is one of them
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return held.getvalue()


LAYERS = (
    _tar({"var/lib/dpkg/status": STATUS, "etc/os-release": RELEASE, "app/requirements.txt": b"flask==2\n"}),
    _tar(
        {
            "app/requirements.txt": b"flask==3\n",
            "usr/lib/python3/dist-packages/x.dist-info/METADATA": b"Name: x\nVersion: 1\n",
            "usr/lib/python3/dist-packages/x.dist-info/RECORD": b"x.py,sha256=AA,4\n",
        },
        "w:gz",
    ),
)
EXPECTED = {
    "pkg:generic/debian@12",
    "pkg:deb/debian/base@1?distro=debian-12",
    "pkg:pypi/flask@3",
    "pkg:pypi/x@1",
}


def _saved(tags: tuple[str, ...] = ("app:1",)) -> bytes:
    manifest = [
        {"Config": "c.json", "RepoTags": [tag], "Layers": ["0/layer.tar", "1/layer.tar"]} for tag in tags
    ]
    return _tar(
        {"0/layer.tar": LAYERS[0], "1/layer.tar": LAYERS[1], "manifest.json": json.dumps(manifest).encode()}
    )


def _layout() -> dict[str, bytes]:
    blobs: dict[str, bytes] = {}

    def put(data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = data
        return f"sha256:{digest}"

    manifest = put(json.dumps({"layers": [{"digest": put(layer)} for layer in LAYERS]}).encode())
    attested = put(b"{}")
    inner = put(
        json.dumps(
            {
                "manifests": [
                    {"digest": manifest, "platform": {"os": "linux", "architecture": "amd64"}},
                    {
                        "digest": attested,
                        "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
                    },
                ]
            }
        ).encode()
    )
    index = {"manifests": [{"mediaType": "application/vnd.oci.image.index.v1+json", "digest": inner}]}
    return {
        "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
        "index.json": json.dumps(index).encode(),
        **blobs,
    }


def _purls(found: list[Component]) -> set[str]:
    return {one.purl for one in found}


def test_what_docker_saves(tmp_path: Path, ask: Ask) -> None:
    """Each file by the image's path; the upper layer counts."""
    path = tmp_path / "app.tar"
    path.write_bytes(_saved())
    found, missed = ask(path)

    assert looks_like_image(path)
    assert missed == []
    assert _purls(found) == EXPECTED
    names = {one.name: one for one in found}
    assert names["flask"].where == "app.tar!app/requirements.txt#L1"
    assert names["x"].facts["changed"] == "1: usr/lib/python3/dist-packages/x.py"


def test_what_was_packed_with_gzip(tmp_path: Path, ask: Ask) -> None:
    """``docker save | gzip``; a bomb is left at the bound."""
    path = tmp_path / "app.tar.gz"
    layers = {f"{number:064x}/layer.tar": layer for number, layer in enumerate(LAYERS)}
    manifest = json.dumps([{"Config": "c", "RepoTags": None, "Layers": list(layers)}]).encode()
    path.write_bytes(gzip.compress(_tar({**layers, "manifest.json": manifest})))
    (tmp_path / "other.tar.gz").write_bytes(gzip.compress(_tar({"x": b""})))
    (tmp_path / "broken.tar.gz").write_bytes(path.read_bytes()[:60])

    assert [looks_like_image(tmp_path / name) for name in ("app.tar.gz", "other.tar.gz")] == [True, False]
    assert _purls(ask(path)[0]) == EXPECTED
    assert _purls(ask(tmp_path)[0]) == EXPECTED


def test_a_bomb_is_left_at_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And said."""
    path = tmp_path / "app.tar.gz"
    path.write_bytes(gzip.compress(bytes(4 << 20)))
    monkeypatch.setattr(module, "UNPACKED", 1 << 20)

    assert [one.reason for one in images(path, lambda _: True) if isinstance(one, Unexamined)] == [
        "too-large"
    ]


def test_an_oci_layout_as_a_folder_and_as_a_tar(tmp_path: Path, ask: Ask) -> None:
    """Through an index of platforms; an attestation is no image."""
    layout = _layout()
    (tmp_path / "o.tar").write_bytes(_tar(layout))
    for name, data in layout.items():
        target = tmp_path / "folder" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    for path in (tmp_path / "o.tar", tmp_path / "folder"):
        assert looks_like_image(path)
        assert {one.purl for one in image(path) if isinstance(one, Component)} == EXPECTED
        assert _purls(ask(path)[0]) == EXPECTED


def test_an_image_within_a_project(tmp_path: Path) -> None:
    """Is opened where it is met."""
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist/app.tar").write_bytes(_saved())

    assert {
        one.where for one in inventory(tmp_path) if isinstance(one, Component) and one.name == "flask"
    } == {"dist/app.tar!app/requirements.txt#L1"}


def test_many_images_are_told_apart(tmp_path: Path) -> None:
    """By their tags."""
    path = tmp_path / "a.tar"
    path.write_bytes(_saved(("one:1", "two:2")))
    found = [one for one in image(path) if isinstance(one, Component) and one.name == "flask"]

    assert [one.where for one in found] == [
        "a.tar!one:1!app/requirements.txt#L1",
        "a.tar!two:2!app/requirements.txt#L1",
    ]


@pytest.mark.parametrize(
    "data",
    [
        _tar({"manifest.json": b"{"}),
        _tar({"manifest.json": b'[{"Layers": ["gone"]}]'}),
        _tar({"oci-layout": b"{}", "index.json": b'{"manifests": [{"digest": "sha256:00"}]}'}),
        _tar({"oci-layout": b"{}"}),
        _tar({"manifest.json": b'[{"Layers": ["../../etc/passwd"]}]'}),
    ],
)
def test_images_that_are_broken(tmp_path: Path, data: bytes) -> None:
    """Are said."""
    path = tmp_path / "a.tar"
    path.write_bytes(data)
    found = [one for one in images(path, lambda _: True) if isinstance(one, Unexamined)]

    assert [one.reason for one in found] in (["malformed"], ["unreadable"])


def test_an_index_of_itself(tmp_path: Path) -> None:
    """Ends."""
    inner = json.dumps({"manifests": [{"digest": "sha256:aa"}]}).encode()
    path = tmp_path / "a.tar"
    path.write_bytes(_tar({"oci-layout": b"{}", "index.json": inner, "blobs/sha256/aa": inner}))

    assert [one.reason for one in images(path, lambda _: True) if isinstance(one, Unexamined)] == [
        "too-large"
    ]


def test_what_is_no_image(tmp_path: Path) -> None:
    """An ordinary archive, or none."""
    (tmp_path / "a.tar").write_bytes(_tar({"x": b""}))
    (tmp_path / "b.tar").write_bytes(b"none")

    assert [looks_like_image(tmp_path / name) for name in ("a.tar", "b.tar", "gone", ".")] == [False] * 4
