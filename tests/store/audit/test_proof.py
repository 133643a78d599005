"""Proofs for others."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Event
from yanmen.store import Store
from yanmen.store.audit import gaps, prove, public_key, signed_checkpoint
from yanmen.store.checkpoints import verified
from yanmen.store.database import FILE
from yanmen.store.events import decode
from yanmen.store.merkle import included, leaf_hash
from yanmen.store.pruning import Batch

Make = Callable[..., Event]


def test_every_record_can_be_proved(busy: Path) -> None:
    """With nothing but the proof, the record's bytes and the public key."""
    key = public_key(busy)
    with Store.open(busy) as store:
        records = store.events.after(0)
    for recorded in records:
        proof = prove(busy, recorded.event.id)
        point = verified(proof.checkpoint, key)
        path = [base64.b64decode(step) for step in proof.path]

        assert point is not None
        assert decode(proof.record) == recorded
        assert included(leaf_hash(proof.record.encode()), proof.index, point.size, path, point.root)


def test_a_proof_is_written_as_c2sp_says(busy: Path) -> None:
    """Header, index, hashes, an empty line, the checkpoint."""
    with Store.open(busy) as store:
        event = store.events.after(4)[0].event.id
    proof = prove(busy, event)
    lines = proof.text().split("\n")

    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 4"]
    assert lines[2 : 2 + len(proof.path)] == list(proof.path)
    assert "\n".join(lines[3 + len(proof.path) :]) == signed_checkpoint(busy)


@pytest.mark.embedded
def test_what_is_not_there_cannot_be_proved(busy: Path) -> None:
    """Unknown, or its body was dropped."""
    with Store.open(busy) as store:
        dropped = store.events.after(0, kinds=("call.allowed",))[0].event.id
        store._writer.run(Batch(0, 0, 1, everything=True).prune).result(30)

    for event in ("evt_none", dropped):
        with pytest.raises(YanmenError, match="no record"):
            prove(busy, event)


@pytest.mark.embedded
def test_an_altered_record_is_not_proved(busy: Path, tamper: Callable[..., None]) -> None:
    """Its leaf is another."""
    with Store.open(busy) as store:
        event = store.events.after(4)[0].event.id
    tamper(busy, "UPDATE events SET body = CAST(body || ' ' AS BLOB) WHERE seq = 5")

    with pytest.raises(YanmenError, match="altered"):
        prove(busy, event)


@pytest.mark.embedded
def test_a_damaged_file_proves_nothing(busy: Path) -> None:
    """In words."""
    (busy / FILE).write_bytes(b"no database" * 1_000)

    for ask in (lambda: prove(busy, "evt_1"), lambda: signed_checkpoint(busy), lambda: gaps(busy)):
        with pytest.raises(YanmenError, match="cannot read"):
            ask()


def test_the_public_key_needs_the_private_one(tmp_path: Path) -> None:
    """None is made by asking."""
    with pytest.raises(YanmenError, match="no signing key"):
        public_key(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_gaps_are_listed(busy: Path, event: Make) -> None:
    """In their order."""
    assert gaps(busy) == []
    with Store.open(busy) as store:
        store.append(event("store.gap", count=1), event("call.refused"), event("store.rolled-back")).result(
            30
        )

    assert [recorded.seq for recorded in gaps(busy)] == [31, 33]
