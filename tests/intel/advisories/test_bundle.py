"""Signed bundles."""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from yanmen.core.clock import DAY
from yanmen.core.errors import YanmenError
from yanmen.intel.advisories import Advisories
from yanmen.intel.advisories.bundle import ENVELOPE, is_bundle, pack, unpack

Make = Callable[..., dict[str, Any]]
Feed = Callable[..., Path]
Key = tuple[bytes, bytes]


def keys() -> Key:
    """A private and a public key, in PEM."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def key() -> Key:
    """The maker's."""
    return keys()


@pytest.fixture
def packed(osv: Make, feed: Feed, tmp_path: Path, today: int, key: Key) -> Callable[..., Path]:
    """A bundle of two feeds, made some days from today."""

    def make(*, days: int = 0, name: str = "out.zip", **more: Any) -> Path:
        folder = feed(osv("PYSEC-1", introduced="0"), name="one", force=True, **more)
        feed(osv("PYSEC-2", introduced="0"), name="two", force=True)
        pack(folder, tmp_path / name, key[0], clock=lambda: today + days * DAY)
        return tmp_path / name

    return make


@pytest.fixture
def take(tmp_path: Path, today: int, key: Key) -> Callable[..., Any]:
    """Takes a bundle into another site's folder."""
    return lambda path, days=0, trusted=key[1], **more: unpack(
        tmp_path / "site", path, trusted, clock=lambda: today + days * DAY, **more
    )


def rewritten(path: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> Path:
    """The archive with its members changed, or left out."""
    with zipfile.ZipFile(path) as archive:
        members = [change(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w") as archive:
        for member in filter(None, members):
            archive.writestr(*member)
    return path


def resigned(path: Path, key: Key, **changes: Any) -> Path:
    """The archive with another manifest, rightly signed."""

    def change(name: str, data: bytes) -> tuple[str, bytes]:
        if name != ENVELOPE:
            return name, data
        envelope = json.loads(data)
        manifest = json.loads(base64.b64decode(envelope["payload"])) | changes
        payload = json.dumps(manifest).encode()
        kind = envelope["payloadType"].encode()
        from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

        private = load_pem_private_key(key[0], None)
        assert isinstance(private, Ed25519PrivateKey)
        signed = private.sign(b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload))
        envelope["payload"] = base64.b64encode(payload).decode()
        envelope["signatures"][0]["sig"] = base64.b64encode(signed).decode()
        return name, json.dumps(envelope).encode()

    return rewritten(path, change)


def test_a_bundle_carries_the_feeds(
    packed: Callable[..., Path], take: Callable[..., Any], tmp_path: Path, today: int
) -> None:
    """Byte for byte; the site matches with them, as old as they are."""
    path = packed()
    taken = take(path)
    with Advisories.open(tmp_path / "site", clock=lambda: today) as known:
        found = known.match("PyPI", "example", "1.0").found

    assert is_bundle(path)
    assert [card.name for card in taken.cards] == ["one", "two"]
    assert [hit.id for hit in found] == ["PYSEC-1", "PYSEC-2"]
    assert (tmp_path / "site/one.table").read_bytes() == (tmp_path / "feeds/one.table").read_bytes()
    take(path)


def test_only_the_key_that_is_trusted_counts(
    packed: Callable[..., Path], take: Callable[..., Any], tmp_path: Path
) -> None:
    """Another's signature, a changed payload, none at all: nothing of it is taken, not even by force."""
    with pytest.raises(YanmenError, match="not signed by the key"):
        take(packed(), trusted=keys()[1], force=True)

    def forged(name: str, data: bytes) -> tuple[str, bytes]:
        return name, data.replace(b'"sig":"', b'"sig":"AAAA') if name == ENVELOPE else data

    def unsigned(name: str, data: bytes) -> tuple[str, bytes]:
        return name, json.dumps(json.loads(data) | {"signatures": []}).encode() if name == ENVELOPE else data

    def retyped(name: str, data: bytes) -> tuple[str, bytes]:
        return name, data.replace(b"intel-bundle", b"other-bundle") if name == ENVELOPE else data

    for change in (forged, unsigned, retyped):
        with pytest.raises(YanmenError, match="not signed by the key"):
            take(rewritten(packed(), change), force=True)
    assert not list((tmp_path / "site").glob("*.table"))


def test_a_table_that_is_not_what_was_signed_is_refused_with_all_others(
    packed: Callable[..., Path], take: Callable[..., Any], tmp_path: Path
) -> None:
    """One bit, some bytes more, some fewer; the good one beside it is not taken either."""

    def flipped(name: str, data: bytes) -> tuple[str, bytes]:
        return name, data[:50] + bytes([data[50] ^ 1]) + data[51:] if name == "two.table" else data

    def longer(name: str, data: bytes) -> tuple[str, bytes]:
        return name, data + b"x" if name == "two.table" else data

    def shorter(name: str, data: bytes) -> tuple[str, bytes]:
        return name, data[:-1] if name == "two.table" else data

    for change in (flipped, longer, shorter):
        with pytest.raises(YanmenError, match="two is not what was signed"):
            take(rewritten(packed(), change), force=True)
        assert [one.name for one in (tmp_path / "site").iterdir()] == [".lock"]


def test_members_that_the_manifest_does_not_name_are_refused(
    packed: Callable[..., Path], take: Callable[..., Any]
) -> None:
    """More, fewer, or one twice."""
    with zipfile.ZipFile(path := packed(), "a") as archive:
        archive.writestr("../evil.table", b"x")
    with pytest.raises(YanmenError, match="not those of its manifest"):
        take(path)
    with pytest.raises(YanmenError, match="not those of its manifest"):
        take(rewritten(packed(), lambda name, data: None if name == "one.table" else (name, data)))


def test_an_old_bundle_cannot_come_back(packed: Callable[..., Path], take: Callable[..., Any]) -> None:
    """Rollback: it was made before the last that was taken. A person may force it."""
    old, new = packed(days=-3, name="old.zip"), packed(days=-1, name="new.zip")
    take(new)

    with pytest.raises(YanmenError, match="before one that was taken already"):
        take(old)
    take(old, force=True)
    with pytest.raises(YanmenError, match="before one that was taken already"):
        take(old)


def test_a_bundle_runs_out(packed: Callable[..., Path], take: Callable[..., Any]) -> None:
    """Freeze: whoever keeps handing out the same one is noticed after a month."""
    path = packed()
    take(path, days=29)

    with pytest.raises(YanmenError, match="it was good until 2026-12-21"):
        take(path, days=31)
    take(path, days=31, force=True)


def test_a_bundle_from_the_future_is_refused(packed: Callable[..., Path], take: Callable[..., Any]) -> None:
    """It would keep all others out until then."""
    with pytest.raises(YanmenError, match="in the future"):
        take(packed(days=3))


def test_a_feed_in_it_must_not_be_older_than_the_one_held(
    packed: Callable[..., Path], take: Callable[..., Any], today: int
) -> None:
    """Though the bundle itself is new."""
    take(packed(days=-1))
    stale = packed(date=today - 90 * DAY)

    with pytest.raises(YanmenError, match="one in it is of 2026-08-23, the one held of 2026-11-20"):
        take(stale)
    take(stale, force=True)


@pytest.mark.parametrize("changes", [{"format": 2}, {"feeds": []}, {"more": 1}, {"made": "x"}])
def test_a_manifest_of_another_form_is_refused(
    packed: Callable[..., Path], take: Callable[..., Any], key: Key, changes: dict[str, Any]
) -> None:
    """Even when it is rightly signed."""
    with pytest.raises(YanmenError, match="manifest cannot be read"):
        take(resigned(packed(), key, **changes))


def test_a_name_in_a_manifest_is_never_a_path(
    packed: Callable[..., Path], take: Callable[..., Any], key: Key
) -> None:
    """Even when it is rightly signed."""
    feeds = [{"name": "../../evil", "size": 1, "sha256": "0" * 64, "date": 0}]

    with pytest.raises(YanmenError, match="manifest cannot be read"):
        take(resigned(packed(), key, feeds=feeds))


@pytest.mark.parametrize("size", [10, 300, -30])
def test_a_bundle_that_ends_early_is_refused(
    packed: Callable[..., Path], take: Callable[..., Any], size: int
) -> None:
    """Whole."""
    path = packed()
    path.write_bytes(path.read_bytes()[:size])

    with pytest.raises(YanmenError, match="damaged"):
        take(path)


def test_keys_of_another_kind_are_refused(
    packed: Callable[..., Path], take: Callable[..., Any], tmp_path: Path
) -> None:
    """With how to make one."""
    other = generate_private_key(SECP256R1())
    private = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    with pytest.raises(YanmenError, match="not a private Ed25519 key"):
        pack(tmp_path / "feeds", tmp_path / "x.zip", private)
    for wrong in (public, b"rubbish", private):
        with pytest.raises(YanmenError, match="not a public Ed25519 key"):
            take(packed(), trusted=wrong)


def test_where_nothing_was_imported_there_is_nothing_to_carry(tmp_path: Path, key: Key) -> None:
    """The shipped feeds are everywhere already."""
    with pytest.raises(YanmenError, match="no feed has been imported"):
        pack(tmp_path, tmp_path / "x.zip", key[0])
