"""Signed bundles: the feeds of one installation carried to another that has no network.

A bundle is a zip archive without compression: ``envelope.json`` and a table for each feed. The envelope is one of DSSE
(github.com/secure-systems-lab/dsse): a payload and Ed25519 signatures over it. The payload is a manifest: when it was
made, until when it is good, and of each table its name, size, SHA-256 and date. Nothing of a bundle is believed before
its signature is; nothing takes effect before all of it was verified. A bundle that was made before the last one taken from
the same key, that has run out, or that holds a feed older than the one held is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import zipfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Annotated, BinaryIO, NamedTuple, NoReturn

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from msgspec import Meta

from yanmen.core.clock import DAY, Clock, iso, now
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.core.redaction import visible
from yanmen.intel.advisories.importing.reading import DAMAGE
from yanmen.intel.advisories.shelf import ENDING, NAME, Card, Held, card_of, locked, replacing
from yanmen.intel.advisories.table import DamagedError

TYPE = "application/vnd.yanmen.intel-bundle+json"
ENVELOPE = "envelope.json"
TAKEN = "bundles.json"
"""What is remembered of bundles: by the key's id, when the newest that was taken was made."""
LARGEST_ENVELOPE = 1 << 20
LARGEST_TABLE = 8 << 30
"""Bytes."""
GOOD_DAYS = 30
"""Days that a bundle is good for, where nobody says otherwise."""
SKEW = DAY
"""How far ahead the clock of the machine that made it may be."""
_CHUNK = 1 << 20


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One feed of a bundle."""

    name: Annotated[str, Meta(pattern=f"^{NAME}$")]
    size: Annotated[int, Meta(ge=1, le=LARGEST_TABLE)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    date: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is signed."""

    format: Annotated[int, Meta(ge=1, le=1)]
    made: int
    expires: int
    feeds: Annotated[tuple[Member, ...], Meta(min_length=1, max_length=1_000)]


class _Signature(msgspec.Struct):
    keyid: str
    sig: str


class _Envelope(msgspec.Struct):
    payload_type: str = msgspec.field(name="payloadType")
    payload: str
    signatures: Annotated[list[_Signature], Meta(max_length=16)]


class Taken(NamedTuple):
    """What became of a bundle."""

    made: int
    cards: tuple[Card, ...]


def is_bundle(path: Path) -> bool:
    """Whether a file is of this form, good or not."""
    try:
        with zipfile.ZipFile(path) as archive:
            return ENVELOPE in archive.namelist()
    except DAMAGE:
        return False


def pack(folder: Path, out: Path, key: bytes, *, days: int = GOOD_DAYS, clock: Clock = now) -> Manifest:
    """Write every feed of a folder into a bundle, signed by a private key (PEM, Ed25519). The shipped feeds are not in it."""
    private = _private(key)
    feeds = [_member(path) for path in sorted(folder.glob(f"*{ENDING}"))]
    if not feeds:
        raise YanmenError(
            Phrase(en="no feed has been imported here", zh="这里还没有导入过情报"),
            where=str(folder),
            hint=Phrase(
                en="Import some first: `yanmen intel update`.", zh="请先用 `yanmen intel update` 导入。"
            ),
        )
    at = clock()
    manifest = Manifest(format=1, made=at, expires=at + days * DAY, feeds=tuple(feeds))
    payload = msgspec.json.encode(manifest)
    signed = private.sign(_authenticated(payload))
    envelope = {
        "payloadType": TYPE,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [{"keyid": key_id(private.public_key()), "sig": base64.b64encode(signed).decode()}],
    }
    beside = out.with_name(f".{out.name}.part")
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(ENVELOPE, msgspec.json.encode(envelope))
            for one in feeds:
                archive.write(folder / f"{one.name}{ENDING}", f"{one.name}{ENDING}")
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)
    return manifest


def unpack(folder: Path, path: Path, trusted: bytes, *, force: bool = False, clock: Clock = now) -> Taken:
    """Take a bundle's feeds into a folder, all or none. YanmenError where it is not to be trusted.

    ``trusted``: the public key (PEM, Ed25519). ``force`` takes one that is older than what is held, or has run out; a
    signature or a hash that does not hold is never forgiven.
    """
    public = _public(trusted)
    with locked(folder):
        try:
            with zipfile.ZipFile(path) as archive:
                manifest = _verified(archive, path, public)
                taken = _taken(folder)
                if not force:
                    _in_time(manifest, path, taken.get(key_id(public), 0), clock())
                    _not_older(manifest, path, folder)
                cards = _placed(archive, path, manifest, folder)
        except DAMAGE as error:
            _refuse(path, f"the bundle is damaged: {error}", f"离线包已损坏：{error}")
        taken[key_id(public)] = max(taken.get(key_id(public), 0), manifest.made)
        _remember(folder, taken)
    return Taken(manifest.made, cards)


def key_id(public: Ed25519PublicKey) -> str:
    """By what a key is named: the beginning of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:32]


def _member(path: Path) -> Member:
    one = Held(path)
    one.table.close()
    size, digest = 0, hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            digest.update(chunk)
    return Member(name=one.card.name, size=size, sha256=digest.hexdigest(), date=one.card.date)


def _authenticated(payload: bytes) -> bytes:
    """What is signed: DSSE's pre-authentication encoding."""
    kind = TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def _verified(archive: zipfile.ZipFile, path: Path, public: Ed25519PublicKey) -> Manifest:
    """The manifest, once its signature holds."""
    names = archive.namelist()
    if names.count(ENVELOPE) != 1 or archive.getinfo(ENVELOPE).file_size > LARGEST_ENVELOPE:
        _refuse(path, "there is no envelope in it", "其中没有签名信封")
    try:
        envelope = msgspec.json.decode(archive.read(ENVELOPE), type=_Envelope)
        payload = base64.b64decode(envelope.payload, validate=True)
        signatures = [base64.b64decode(one.sig, validate=True) for one in envelope.signatures]
    except (msgspec.DecodeError, binascii.Error) as error:
        _refuse(path, f"its envelope cannot be read: {error}", f"签名信封无法读取：{error}")
    if envelope.payload_type != TYPE or not any(_signed(public, one, payload) for one in signatures):
        _refuse(path, "it is not signed by the key that you trust", "签名与所信任的公钥不符")
    try:
        manifest = msgspec.json.decode(payload, type=Manifest)
    except msgspec.DecodeError as error:
        _refuse(path, f"its manifest cannot be read: {error}", f"清单无法读取：{error}")
    if sorted(names) != sorted([ENVELOPE, *(f"{one.name}{ENDING}" for one in manifest.feeds)]):
        _refuse(path, "its members are not those of its manifest", "其中的文件与清单不一致")
    return manifest


def _signed(public: Ed25519PublicKey, signature: bytes, payload: bytes) -> bool:
    with suppress(InvalidSignature):
        public.verify(signature, _authenticated(payload))
        return True
    return False


def _in_time(manifest: Manifest, path: Path, last: int, at: int) -> None:
    """Neither rolled back nor frozen nor from the future."""
    if manifest.made < last:
        mine, theirs = iso(manifest.made)[:19], iso(last)[:19]
        _refuse(
            path,
            f"it was made {mine}, before one that was taken already ({theirs})",
            f"制作于 {mine}，早于已导入过的离线包（{theirs}）",
            forced=True,
        )
    if manifest.expires < at:
        day = iso(manifest.expires)[:10]
        _refuse(path, f"it was good until {day}", f"有效期截至 {day}，现已过期", forced=True)
    if manifest.made > at + SKEW:
        day = iso(manifest.made)[:19]
        _refuse(path, f"it was made in the future ({day})", f"制作时间在未来（{day}）", forced=True)


def _not_older(manifest: Manifest, path: Path, folder: Path) -> None:
    for one in manifest.feeds:
        before = card_of(folder, one.name)
        if before is not None and one.date < before.date:
            mine, theirs = (iso(at)[:10] if at else "?" for at in (one.date, before.date))
            _refuse(
                path,
                f"{one.name} in it is of {mine}, the one held of {theirs}",
                f"其中的 {one.name} 日期为 {mine}，而现有的为 {theirs}",
                forced=True,
            )


def _placed(archive: zipfile.ZipFile, path: Path, manifest: Manifest, folder: Path) -> tuple[Card, ...]:
    """Every table beside its place, verified; then all of them in their places."""
    cards: list[Card] = []
    with ExitStack() as stack:
        for one in manifest.feeds:
            stream = stack.enter_context(replacing(folder, one.name))
            with archive.open(f"{one.name}{ENDING}") as source:
                _copied(source, stream, one, path)
            stream.flush()
            cards.append(_card(Path(stream.name), one, path))
    return tuple(cards)


def _copied(source: IO[bytes], stream: BinaryIO, one: Member, path: Path) -> None:
    size, digest = 0, hashlib.sha256()
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > one.size:
            break
        digest.update(chunk)
        stream.write(chunk)
    if size != one.size or digest.hexdigest() != one.sha256:
        _refuse(path, f"{one.name} is not what was signed", f"{one.name} 与签名时的内容不符")


def _card(table: Path, one: Member, path: Path) -> Card:
    try:
        opened = Held(table)
    except DamagedError as error:
        _refuse(path, f"{one.name} cannot be used: {error}", f"{one.name} 无法使用：{error}")
    opened.table.close()
    if (opened.card.name, opened.card.date) != (one.name, one.date):
        _refuse(
            path, f"{one.name} says that it is {opened.card.name}", f"{one.name} 自称是 {opened.card.name}"
        )
    return opened.card


def _taken(folder: Path) -> dict[str, int]:
    try:
        return msgspec.json.decode((folder / TAKEN).read_bytes(), type=dict[str, int])
    except FileNotFoundError:
        return {}
    except msgspec.DecodeError as error:
        _refuse(folder / TAKEN, f"damaged: {error}", f"已损坏：{error}")


def _remember(folder: Path, taken: dict[str, int]) -> None:
    beside = folder / f".{TAKEN}.part"
    with beside.open("wb") as stream:
        stream.write(msgspec.json.encode(taken))
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(folder / TAKEN)


def _private(pem: bytes) -> Ed25519PrivateKey:
    with suppress(ValueError, TypeError, UnsupportedAlgorithm):
        key = load_pem_private_key(pem, None)
        if isinstance(key, Ed25519PrivateKey):
            return key
    raise _no_key(
        Phrase(
            en="not a private Ed25519 key in PEM, without a passphrase",
            zh="不是无口令的 PEM 格式 Ed25519 私钥",
        )
    )


def _public(pem: bytes) -> Ed25519PublicKey:
    with suppress(ValueError, UnsupportedAlgorithm):
        key = load_pem_public_key(pem)
        if isinstance(key, Ed25519PublicKey):
            return key
    raise _no_key(Phrase(en="not a public Ed25519 key in PEM", zh="不是 PEM 格式的 Ed25519 公钥"))


def _no_key(what: Phrase) -> YanmenError:
    return YanmenError(
        what,
        hint=Phrase(
            en="Make one: `openssl genpkey -algorithm ed25519 -out private.pem`, then `openssl pkey -in private.pem -pubout`.",
            zh="可用 `openssl genpkey -algorithm ed25519 -out private.pem` 生成私钥，再用 `openssl pkey -in private.pem -pubout` 导出公钥。",
        ),
    )


def _refuse(path: Path, en: str, zh: str, *, forced: bool = False) -> NoReturn:
    hint = (
        Phrase(en="--force takes it all the same.", zh="如确要导入请加 --force。")
        if forced
        else Phrase(
            en="Nothing of it was taken. Get it anew from its maker.",
            zh="未导入其中任何内容。请向制作方重新获取。",
        )
    )
    raise YanmenError(Phrase(en=visible(en), zh=visible(zh)), where=str(path), hint=hint)
