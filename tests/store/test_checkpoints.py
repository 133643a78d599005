"""Signed notes."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.store.checkpoints import Checkpoint, PublicKey, Signer, read, verified
from yanmen.store.merkle import leaf_hash

SIGNER = Signer(bytes(range(32)))
ROOT = leaf_hash(b"")
NOTE = SIGNER.sign(1_042, ROOT)


def test_a_note_says_origin_size_and_root() -> None:
    """The C2SP format: three lines, an empty one, a signature behind an em dash."""
    lines = NOTE.split("\n")

    assert lines[:4] == [SIGNER.public.name, "1042", base64.b64encode(ROOT).decode(), ""]
    assert lines[4].startswith(f"\u2014 {SIGNER.public.name} ")
    assert lines[5:] == [""]
    assert verified(NOTE, SIGNER.public) == Checkpoint(SIGNER.public.name, 1_042, ROOT)


def test_the_note_of_the_specification_is_verified() -> None:
    """The example of C2SP signed-note: PeterNeumann's key and signature."""
    key = PublicKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    signature = base64.b64decode(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )

    assert key.signed(text, signature)
    assert not key.signed(text + "\n", signature)


def test_another_key_did_not_sign_it() -> None:
    """Even one that took the name."""
    other = Signer(bytes(32))
    named_alike = PublicKey(SIGNER.public.name, other.public.raw)

    assert verified(NOTE, other.public) is None
    assert verified(NOTE, named_alike) is None


@given(place=st.integers(0, len(NOTE.encode()) - 1), mask=st.integers(1, 127))
def test_no_changed_byte_is_taken_for_signed(place: int, mask: int) -> None:
    """Either it is no note any more, or nobody signed it, or it says the same (the last bits of base64 are idle)."""
    changed = bytearray(NOTE.encode())
    changed[place] ^= mask
    try:
        point = verified(changed.decode("utf-8", "replace"), SIGNER.public)
    except ValueError:
        return

    assert point in {None, verified(NOTE, SIGNER.public)}


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """Never anything but a ValueError."""
    for whole in (text, f"{text}\n\n\u2014 {text}\n"):
        try:
            read(whole)
        except ValueError:
            continue


@pytest.mark.parametrize("size", ["01", "-1", "1.0", "", "\u0661", "1" * 19])
def test_a_size_is_written_one_way_only(size: str) -> None:
    """Decimal, without zeros in front."""
    with pytest.raises(ValueError, match="checkpoint"):
        read(NOTE.replace("1042", size))


def test_a_public_key_is_read_back() -> None:
    """From what is printed."""
    assert PublicKey.parse(f"{SIGNER.public}\n").raw == SIGNER.public.raw


@pytest.mark.parametrize(
    "text", ["", "a", "a+b+c", "a+00000000+AAAA", str(SIGNER.public)[:-4], str(SIGNER.public)[1:]]
)
def test_a_mangled_public_key_is_refused(text: str) -> None:
    """Its own check does not fit."""
    with pytest.raises(ValueError, match="public key"):
        PublicKey.parse(text)
