"""Signed checkpoints of the log: C2SP tlog-checkpoint inside a C2SP signed note, with Ed25519. Pure.

A checkpoint says: *the log named on line 1 had so many records, and this was the root of their tree*::

    yanmen/5d41402abc4b2a76
    1042
    qL0Ew4…=

    — yanmen/5d41402abc4b2a76 9m3x…
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.store.merkle import HASH_BYTES

_ED25519 = b"\x01"  # signature type in the signed-note format
_DASH = "\u2014 "  # em dash and a space begin a signature line
_DIGITS = 18  # of a size
LONGEST = 8_192
"""Characters of a note that are read."""
_KEY_FORM = Phrase(
    en="a public key is written name+hash+base64, of an Ed25519 key",
    zh="公钥的写法是 name+hash+base64，且须为 Ed25519 公钥",
)


class Checkpoint(NamedTuple):
    """What a log said of itself."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The signed lines, each ended by a newline."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


class NoteError(YanmenError, ValueError):
    """A text that is no public key, or no signed checkpoint."""


class PublicKey:
    """Who signs a log, in the verifier-key format ``name+hash+key`` of C2SP signed notes."""

    def __init__(self, name: str, raw: bytes) -> None:
        """A key by its name and its 32 raw bytes."""
        self.name = name
        self.raw = raw
        self._key = Ed25519PublicKey.from_public_bytes(raw)
        self.hint = hashlib.sha256(name.encode() + b"\n" + _ED25519 + raw).digest()[:4]

    @classmethod
    def parse(cls, text: str) -> PublicKey:
        """Read ``name+hash+key``; a NoteError says what is wrong with it."""
        name, _, rest = text.strip().partition("+")
        hint, _, encoded = rest.partition("+")
        try:
            body = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError) as error:
            raise NoteError(_KEY_FORM) from error
        if not name or body[:1] != _ED25519 or len(body) != 1 + HASH_BYTES:
            raise NoteError(_KEY_FORM)
        found = cls(name, body[1:])
        if found.hint.hex() != hint.lower():
            raise NoteError(
                Phrase(
                    en="the public key's own check does not fit: it was not copied whole",
                    zh="公钥自带的校验不符：可能没有复制完整",
                )
            )
        return found

    def __str__(self) -> str:
        """``name+hash+key``."""
        return f"{self.name}+{self.hint.hex()}+{base64.b64encode(_ED25519 + self.raw).decode()}"

    def signed(self, text: str, signature: bytes) -> bool:
        """Whether a signature line's bytes are this key's signature of a text."""
        if signature[:4] != self.hint:
            return False
        try:
            self._key.verify(signature[4:], text.encode())
        except InvalidSignature:
            return False
        return True


class Signer:
    """Holds the log's private key."""

    def __init__(self, seed: bytes, name: str = "") -> None:
        """Take the 32 secret bytes. The log's name follows from its first public key, so no two logs share one.

        Later keys keep that name.
        """
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        raw = self._key.public_key().public_bytes_raw()
        self.public = PublicKey(name or f"yanmen/{hashlib.sha256(raw).hexdigest()[:16]}", raw)

    def sign(self, size: int, root: bytes) -> str:
        """The signed note of a checkpoint."""
        return note_of(Checkpoint(self.public.name, size, root).text(), self)

    def line(self, text: str) -> str:
        """The signature line of a text."""
        signature = base64.b64encode(self.public.hint + self._key.sign(text.encode())).decode()
        return f"{_DASH}{self.public.name} {signature}\n"


def note_of(text: str, *signers: Signer) -> str:
    """The signed note of a text, whose lines each end with a newline."""
    return text + "\n" + "".join(signer.line(text) for signer in signers)


def signatures(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """A signed note's text and its signatures as (name, bytes), none of them judged; a NoteError where it is none."""
    text, blank, tail = note.rpartition("\n\n")
    try:
        found = [_signature(line) for line in tail.splitlines()]
    except (binascii.Error, ValueError) as error:
        raise NoteError(Phrase(en="not a signed note", zh="不是已签名的文本")) from error
    if len(note) > LONGEST or not blank or not found:
        raise NoteError(Phrase(en="not a signed note", zh="不是已签名的文本"))
    return f"{text}\n", found


def read(note: str) -> tuple[Checkpoint, list[tuple[str, bytes]]]:
    """A note's checkpoint and its signatures as (name, bytes), none of them judged; a NoteError where it is none."""
    if len(note) > LONGEST:
        raise NoteError(Phrase(en="too long for a checkpoint", zh="超过检查点的长度上限"))
    text, blank, tail = note.rpartition("\n\n")
    lines = text.split("\n")
    if not blank or len(lines) < 3:  # noqa: PLR2004  # origin, size, root
        raise NoteError(Phrase(en="not a signed checkpoint", zh="不是已签名的检查点"))
    origin, size, root = lines[0], lines[1], lines[2]
    if (
        not origin
        or not size.isascii()
        or not size.isdigit()
        or (size != "0" and size[0] == "0")
        or len(size) > _DIGITS
    ):
        raise NoteError(
            Phrase(
                en="not a signed checkpoint: its first lines are not an origin and a size",
                zh="不是已签名的检查点：前两行应为日志名称与规模",
            )
        )
    try:
        digest = base64.b64decode(root, validate=True)
        signatures = [_signature(line) for line in tail.splitlines()]
    except (binascii.Error, ValueError) as error:
        raise NoteError(
            Phrase(
                en="not a signed checkpoint: a line is not base64",
                zh="不是已签名的检查点：有一行不是 Base64",
            )
        ) from error
    if len(digest) != HASH_BYTES or not signatures:
        raise NoteError(
            Phrase(
                en="not a signed checkpoint: no root of 32 bytes, or no signature",
                zh="不是已签名的检查点：树根不足 32 字节，或缺少签名",
            )
        )
    return Checkpoint(origin, int(size), digest), signatures


def verified(note: str, key: PublicKey) -> Checkpoint | None:
    """The checkpoint of a note when ``key`` signed it under its own name, else nothing; a NoteError where it is none."""
    checkpoint, signatures = read(note)
    text = note[: note.rindex("\n\n") + 1]
    good = any(name == key.name and key.signed(text, signature) for name, signature in signatures)
    return checkpoint if good and checkpoint.origin == key.name else None


def _signature(line: str) -> tuple[str, bytes]:
    if not line.startswith(_DASH):
        raise ValueError("a signature line begins with an em dash")
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    return name, base64.b64decode(encoded, validate=True)
