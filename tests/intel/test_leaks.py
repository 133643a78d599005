"""Reports of leaked keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event, Ref
from yanmen.intel.leaks import MOST, clean, listed, sighted
from yanmen.store import Key, Store

WHO = Ref(kind="key", id="key_reporter")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A real store."""
    with Store.open(tmp_path / "data") as opened:
        yield opened


def ours(store: Store) -> tuple[str, Key]:
    """A key of ours."""
    text = new_key()
    key = Key(id=new_id("key"), hash=key_hash(text), name="ci", created=now())
    data = {"key": msgspec.to_builtins(key)}
    store.append(Event(id=new_id("evt"), at=now(), kind="key.created", data=data)).result(30)
    return text, key


def test_a_report_says_of_each_entry_what_became_of_it(store: Store) -> None:
    """Ours by its text, ours by its hash, unknown, and malformed in three ways."""
    text, key = ours(store)
    stranger = new_key()
    bad_sum = text[:-1] + ("0" if text[-1] != "0" else "1")

    entries = [text, key.hash.upper(), stranger, "sk-" + "a" * 40, bad_sum, ""]
    outcomes = sighted(store, entries, place="a gist", source="bot", actor=WHO)

    assert [one.state for one in outcomes] == [
        "ours",
        "ours",
        "unknown",
        "malformed",
        "malformed",
        "malformed",
    ]
    assert outcomes[0].key == outcomes[1].key == key.id
    assert outcomes[0].event == outcomes[1].event
    assert "checksum" in outcomes[4].problem
    recorded = [one.event for one in store.events.after(0, kinds=("leak.",))]
    assert [event.data["key"] for event in recorded] == [key.id, ""]
    assert recorded[0].data == {"hash": key.hash, "key": key.id, "place": "a gist", "source": "bot"}
    assert recorded[0].actor == WHO


def test_no_key_is_stored_or_answered(store: Store, tmp_path: Path) -> None:
    """Neither as an entry nor inside a place or a source."""
    text, _ = ours(store)

    outcomes = sighted(store, [text], place=f"https://bob:secret@host/?k={text}", source=text)
    store.flush()

    stored = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert text.encode() not in stored
    assert b"bob:secret" not in stored
    assert text not in str(outcomes)


def test_a_report_is_bounded(store: Store) -> None:
    """Too many entries are refused whole."""
    with pytest.raises(YanmenError, match="at most"):
        sighted(store, [""] * (MOST + 1), place="x", source="y")


def test_places_are_made_harmless() -> None:
    """Control and direction characters are written out; long places are cut."""
    assert clean("a\x1b[2Jb\u202e") == "a\\u001b[2Jb\\u202e"
    assert len(clean("x" * 10_000)) < 200


def test_a_list_of_hashes_is_looked_through_for_ours(store: Store) -> None:
    """Only ours are recorded, whatever stands behind an entry; what is unknown leaves no trace."""
    text, key = ours(store)
    _, other = ours(store)
    lines = ["# a list", "", f"{key.hash.upper()}:3", text, "f" * 64, "nonsense", f"{other.hash}\tpaste\n"]

    found = listed(store, iter(lines), source="breach.txt", actor=WHO)

    assert (found.read, found.malformed, {one.key for one in found.ours}) == (5, 1, {key.id, other.id})
    assert len(store.events.after(0, kinds=("leak.",))) == 2
