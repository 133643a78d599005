"""The tree, against RFC 6962 written down naively."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.store.merkle import (
    Between,
    Frontier,
    consistency_path,
    consistent,
    empty_root,
    included,
    inclusion_path,
    leaf_hash,
    root_of,
)

LEAVES = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def naive_root(records: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    if not records:
        return hashlib.sha256(b"").digest()
    if len(records) == 1:
        return hashlib.sha256(b"\x00" + records[0]).digest()
    split = naive_split(len(records))
    return hashlib.sha256(b"\x01" + naive_root(records[:split]) + naive_root(records[split:])).digest()


def naive_split(size: int) -> int:
    """The largest power of two smaller than a size."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def naive_path(index: int, records: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 §2.1.1, word for word."""
    if len(records) == 1:
        return []
    split = naive_split(len(records))
    if index < split:
        return [*naive_path(index, records[:split]), naive_root(records[split:])]
    return [*naive_path(index - split, records[split:]), naive_root(records[:split])]


def naive_proof(old: int, records: list[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 §2.1.2, word for word."""
    if old == len(records):
        return [] if whole else [naive_root(records)]
    split = naive_split(len(records))
    if old <= split:
        return [*naive_proof(old, records[:split], whole=whole), naive_root(records[split:])]
    return [*naive_proof(old - split, records[split:], whole=False), naive_root(records[:split])]


def over(records: list[bytes]) -> Between:
    """Roots between two places."""
    leaves = [leaf_hash(record) for record in records]
    return lambda low, high: root_of(leaves[low:high])


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    """RFC 6962 §2.1."""
    assert empty_root() == Frontier().root() == naive_root([])


def test_the_published_vectors_hold() -> None:
    """The eight leaves of the certificate-transparency test data."""
    leaves = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    records = [bytes.fromhex(leaf) for leaf in leaves]
    root = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"

    assert root_of(map(leaf_hash, records)).hex() == root


@given(LEAVES)
def test_the_compact_range_has_the_root_of_the_whole_tree(records: list[bytes]) -> None:
    """At every size on the way, also when taken up from its bytes."""
    frontier = Frontier()
    for size, record in enumerate(records, 1):
        frontier.append(leaf_hash(record))
        frontier = Frontier(size, bytes(frontier))

        assert frontier.root() == naive_root(records[:size])
        assert [root for _, _, root in frontier.peaks()] == [
            naive_root(records[low:high]) for low, high, _ in frontier.peaks()
        ]


@given(LEAVES, st.data())
def test_inclusion_is_proved_as_the_rfc_says(records: list[bytes], data: st.DataObject) -> None:
    """And nothing else is: no other leaf, place, size or root, no step changed, missing or added."""
    size = len(records)
    index = data.draw(st.integers(0, size - 1))
    path, root = inclusion_path(index, size, over(records)), naive_root(records)
    leaf = leaf_hash(records[index])

    assert path == naive_path(index, records)
    assert included(leaf, index, size, path, root)
    assert not included(leaf_hash(records[index] + b"x"), index, size, path, root)
    assert not included(leaf, index, size, path, leaf_hash(b"x"))
    assert not included(leaf, index, size, [*path, root], root)
    assert not included(leaf, size, size, path, root)
    for step in range(len(path)):
        assert not included(leaf, index, size, path[:step] + path[step + 1 :], root)
        changed = [*path[:step], leaf_hash(path[step]), *path[step + 1 :]]
        assert not included(leaf, index, size, changed, root)


@given(LEAVES, st.data())
def test_consistency_is_proved_as_the_rfc_says(records: list[bytes], data: st.DataObject) -> None:
    """And nothing else is."""
    size = len(records)
    old = data.draw(st.integers(1, size))
    path = consistency_path(old, size, over(records))
    first, second = naive_root(records[:old]), naive_root(records)
    other = leaf_hash(b"another root")

    assert path == naive_proof(old, records, whole=True)
    assert consistent(old, size, first, second, path)
    assert not consistent(old, size, other, second, path)
    assert not consistent(old, size, first, other, path)
    assert not consistent(old, size, first, second, [*path, other])
    for step in range(len(path)):
        assert not consistent(old, size, first, second, path[:step] + path[step + 1 :])


@given(LEAVES, st.data())
def test_a_changed_history_is_never_consistent(records: list[bytes], data: st.DataObject) -> None:
    """One record of the old tree was altered: its own proof gives it away."""
    old = data.draw(st.integers(1, len(records)))
    place = data.draw(st.integers(0, old - 1))
    altered = [*records[:place], records[place] + b"x", *records[place + 1 :]]
    path = consistency_path(old, len(records), over(altered))

    assert not consistent(old, len(records), naive_root(records[:old]), naive_root(altered), path)


def test_places_outside_the_tree_have_no_proof() -> None:
    """An error of the caller."""
    with pytest.raises(IndexError):
        inclusion_path(3, 3, over([b""] * 3))
    with pytest.raises(IndexError):
        consistency_path(4, 3, over([b""] * 3))
    with pytest.raises(ValueError, match="peaks"):
        Frontier(3, bytes(32))
    assert not consistent(0, 3, b"", b"", [])
    assert not consistent(3, 4, b"", b"", [])
