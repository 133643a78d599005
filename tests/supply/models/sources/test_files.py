"""Model files as they lie on disk: projects, Hugging Face's cache, Ollama's store, ComfyUI."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from yanmen.core.nouns import Unexamined
from yanmen.supply.models.examine import look
from yanmen.supply.models.sources.files import ModelFiles, open_model
from yanmen.supply.targets import Artifact

SAMPLES = Path(__file__).parents[3] / "corpora/models"
GGUF = b"GGUF\3\0\0\0" + b"\0" * 16
CONFIG = b'{"model_type": "llama"}'


def _names(place: Path) -> list[str]:
    found = ModelFiles().targets(str(place))

    return sorted(each.name.removeprefix(f"{place}/") for each in found if isinstance(each, Artifact))


def test_models_are_found_by_content_and_by_name_and_nothing_else_is(tmp_path: Path) -> None:
    """Sources, pictures, other programs' settings are none."""
    for name, data in {
        "m/weights.dat": GGUF,
        "m/renamed.txt": b"\x80\x04N.",
        "m/x.h5": b"",
        "m/page.pt": b"<html/>",
        "m/paths.pth": b"/usr/lib",
        "m/config.json": CONFIG,
        "config.json": b'{"port": 80}',
        "app.py": b"print(1)",
        "a.png": b"\x89PNG",
        ".git/x.pt": b"",
        "lib/site-packages/p/weights.dat": GGUF,
        "lib/site-packages/p/w.safetensors": b"\x02\0\0\0\0\0\0\0{}",
        "lib/site-packages/p/w.pkl": b"no pickle",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    for name in ("benign.7z", "benign.ubj", "benign-xgboost.json"):
        (tmp_path / name).write_bytes((SAMPLES / name).read_bytes())
    with tarfile.open(tmp_path / "u.tar", "w") as packed:
        packed.addfile(tarfile.TarInfo("folder/m.onnx"))
    for name, member in (
        ("z.zip", "folder/m.gguf"),
        ("t.zip", "archive/data.pkl"),
        ("d.docx", "word.xml"),
        ("plain.zip", "a.txt"),
    ):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(member, "x")

    assert _names(tmp_path) == [
        "benign-xgboost.json", "benign.7z", "benign.ubj", "lib/site-packages/p/w.safetensors",
        "lib/site-packages/p/weights.dat", "m/config.json", "m/renamed.txt", "m/weights.dat", "m/x.h5", "t.zip", "u.tar", "z.zip",
    ]  # fmt: skip


def test_an_archive_is_found_by_what_its_members_are_too(tmp_path: Path) -> None:
    """A pickle under another name, beside something else: as a bare file would be."""
    with zipfile.ZipFile(tmp_path / "z.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("read.me", "x")
        archive.writestr("data.txt", b"\x80\x04N.")
    with tarfile.open(tmp_path / "t.tar", "w") as packed:
        for name, data in (("read.me", b"x"), ("data.txt", b"\x80\x04N.")):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            packed.addfile(member, io.BytesIO(data))
    with zipfile.ZipFile(tmp_path / "plain.zip", "w") as archive:
        archive.writestr("data.txt", "words")

    assert _names(tmp_path) == ["t.tar", "z.zip"]


def test_a_checkpoint_that_cannot_be_read_is_not_left_out(tmp_path: Path) -> None:
    """Broken zips and unknown bytes under a checkpoint's name are targets; under any other they are none."""
    for name in ("a.pt", "b.ckpt", "c.bin"):
        (tmp_path / name).write_bytes(b"PK\x03\x04broken" if name != "b.ckpt" else b"\xde\xad\xbe\xef")

    assert _names(tmp_path) == ["a.pt", "b.ckpt"]


def test_a_file_is_a_target_by_being_named(tmp_path: Path) -> None:
    """And one that is not there is told."""
    (tmp_path / "a.txt").write_bytes(b"x")

    assert _names(tmp_path / "a.txt") == [str(tmp_path / "a.txt")]
    assert isinstance(next(iter(ModelFiles().targets(str(tmp_path / "b")))), Unexamined)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A model in Hugging Face's cache, with a revision that names the same blob twice, and links that leave."""
    model = tmp_path / "hub/models--org--name"
    snapshot = model / "snapshots/abc"
    snapshot.mkdir(parents=True)
    (model / "blobs").mkdir()
    (model / "refs").mkdir()
    (model / "refs/main").write_text("abc")
    (model / "blobs/1111").write_bytes(GGUF)
    (model / "blobs/2222").write_bytes(CONFIG)
    (tmp_path / "secret.gguf").write_bytes(GGUF)
    (snapshot / "m.gguf").symlink_to("../../blobs/1111")
    (snapshot / "again.gguf").symlink_to("../../blobs/1111")
    (snapshot / "config.json").symlink_to("../../blobs/2222")
    (snapshot / "evil.gguf").symlink_to("../../../../secret.gguf")
    return tmp_path


@pytest.mark.parametrize("below", ["", "hub", "hub/models--org--name/snapshots/abc"])
def test_the_cache_is_read_by_its_links_and_each_blob_once(cache: Path, below: str) -> None:
    """From wherever one begins; a link that ends elsewhere is told and not followed."""
    found = list(ModelFiles().targets(str(cache / below)))
    names = {Path(each.name).name for each in found if isinstance(each, Artifact)}
    told = {Path(each.subject.id).name: each.reason for each in found if isinstance(each, Unexamined)}

    assert names - {"secret.gguf"} == {"again.gguf", "config.json"}
    assert told == {"evil.gguf": "unreadable"}
    assert {look(each).format for each in found if isinstance(each, Artifact)} == {"gguf", "model-config"}


def test_a_link_is_opened_only_into_its_own_models_blobs(cache: Path) -> None:
    """Whoever opens it again does so by the same rule."""
    snapshot = cache / "hub/models--org--name/snapshots/abc"

    assert open_model(snapshot / "m.gguf", "shown").name == "shown"
    for name in (snapshot / "evil.gguf", cache / "gone"):
        with pytest.raises(OSError, match=r"."):
            open_model(name)


def test_ollamas_layers_are_read_by_their_kind(tmp_path: Path) -> None:
    """Model and template are examined, the licence is not a model, a layer that is missing is told, one that leads out is found."""
    blobs = tmp_path / "models/blobs"
    blobs.mkdir(parents=True)
    layers = []
    for kind, data in (
        ("model", GGUF),
        ("template", b"{{ .Prompt }}"),
        ("license", b"MIT"),
        ("params", b'{"stop": []}'),
    ):
        digest = hashlib.sha256(data).hexdigest()
        (blobs / f"sha256-{digest}").write_bytes(data)
        layers.append({"mediaType": f"application/vnd.ollama.image.{kind}", "digest": f"sha256:{digest}"})
    layers.append({"mediaType": "application/vnd.ollama.image.adapter", "digest": "sha256:" + "0" * 64})
    layers.append({"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:../../../x"})
    manifest = tmp_path / "models/manifests/registry.ollama.ai/library/m/latest"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"schemaVersion": 2, "layers": layers}))
    found = list(ModelFiles().targets(str(tmp_path)))
    examined = {look(each).format: look(each).proof for each in found if isinstance(each, Artifact)}

    assert examined == {
        "gguf": "proven_safe",
        "jinja": "proven_safe",
        "json": "proven_safe",
        "ollama-manifest": "unsafe",
    }
    assert [each.reason for each in found if isinstance(each, Unexamined)] == ["unreadable"]


def test_comfyuis_nodes_are_told_as_code(tmp_path: Path) -> None:
    """They are imported when it starts."""
    node = tmp_path / "custom_nodes/some_node"
    node.mkdir(parents=True)
    (node / "__init__.py").write_text("import os")
    (told,) = ModelFiles().targets(str(tmp_path))

    assert isinstance(told, Unexamined)
    assert (told.reason, Path(told.subject.id).name) == ("not-checked", "__init__.py")
