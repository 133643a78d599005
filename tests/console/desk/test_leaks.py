"""Reports of leaked keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yanmen.console.desk.leaks import AskedLeak, AskedSightings, leaked_keys, report_leak
from yanmen.core.keys import key_hash, new_key

if TYPE_CHECKING:
    from tests.console.conftest import Scene


def test_every_entry_has_its_outcome(scene: Scene) -> None:
    """Ours by text and by hash, a stranger's, and what is no key at all."""
    text, key = scene.key()
    stranger = new_key()
    asked = AskedLeak(
        keys=[f" {text}\n", key.hash.upper(), stranger, "password123", ""],
        place="https://example.org/repo",
        source="scanner",
    )

    answer = report_leak(scene.house, scene.caller, asked)

    assert [one.outcome for one in answer.results] == ["ours", "ours", "unknown", "not-a-key", "not-a-key"]
    assert [one.key for one in answer.results[:3]] == [key.id, key.id, ""]
    recorded = scene.store.events.get(answer.results[0].event)
    assert recorded is not None
    assert recorded.event.kind == "leak.sighted"
    assert recorded.event.data == {
        "hash": key_hash(text),
        "key": key.id,
        "place": "https://example.org/repo",
        "source": "scanner",
    }


def test_the_keys_themselves_are_not_kept(scene: Scene) -> None:
    """Hashes only; nothing at all of what is no key."""
    text, _ = scene.key()

    report_leak(scene.house, scene.caller, AskedLeak(keys=[text, "somebody-elses-secret"]))

    stored = b"".join(path.read_bytes() for path in scene.store.folder.glob("*.db*"))
    assert text.encode() not in stored
    assert b"somebody-elses-secret" not in stored


def test_a_key_or_password_in_the_place_is_masked(scene: Scene) -> None:
    """A scanner writes the address it found, with whatever stands in it."""
    text, key = scene.key()
    asked = AskedLeak(keys=[key.hash, text], place=f"https://bob:secret@host/?k={text}", source=text)

    answer = report_leak(scene.house, scene.caller, asked)

    stored = b"".join(path.read_bytes() for path in scene.store.folder.glob("*.db*"))
    assert text.encode() not in stored
    assert b"bob:secret" not in stored
    assert answer.results[0].event == answer.results[1].event, "one key, one sighting"


def test_sightings_of_our_keys_are_listed(scene: Scene) -> None:
    """A stranger's key is none of ours."""
    text, key = scene.key(name="bot")
    asked = AskedLeak(keys=[text, new_key()], place="https://example.org/\x1brepo", source="ci")
    report_leak(scene.house, scene.caller, asked)

    (one,) = leaked_keys(scene.house, scene.caller, AskedSightings()).sightings
    assert (one.key, one.name, one.source, one.usable) == (key.id, "bot", "ci", True)
    assert "\x1b" not in one.place
