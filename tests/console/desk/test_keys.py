"""API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from yanmen.console.desk import keys as desk
from yanmen.console.desk.house import AbsentError
from yanmen.console.desk.keys import AskedKey, AskedKeys, AskedRevocation, AskedRotation, Keys
from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.keys import is_key, key_hash

if TYPE_CHECKING:
    from tests.console.conftest import Scene


def test_a_key_is_answered_once_and_only_its_hash_is_kept(scene: Scene) -> None:
    """Neither list nor record nor database has its text."""
    made = desk.create(
        scene.house, scene.caller, AskedKey(name="客服", scopes=("call", "guard", "call"), days=30)
    )

    assert is_key(made.text)
    assert made.key.scopes == ["call", "guard"]
    assert made.key.expires > now()
    stored = scene.store.keys.by_hash(key_hash(made.text))
    assert stored is not None
    assert stored.id == made.key.id
    listed = msgspec.json.encode(desk.keys(scene.house, scene.caller, AskedKeys())).decode()
    assert made.text not in listed
    assert key_hash(made.text) not in listed
    everything = b"".join(path.read_bytes() for path in scene.store.folder.glob("*.db*"))
    assert made.text.encode() not in everything


def test_keys_are_listed_in_pages(scene: Scene) -> None:
    """The latest first, each once; or the only one that is asked for."""
    made = [desk.create(scene.house, scene.caller, AskedKey(name=f"k{number}")).key.id for number in range(5)]

    def asked(**values: Any) -> Keys:
        return desk.keys(scene.house, scene.caller, AskedKeys(**values))

    first = asked(limit=2)
    second = asked(limit=2, before=first.before)
    third = asked(limit=2, before=second.before)

    assert [key.id for page in (first, second, third) for key in page.keys] == made[::-1]
    assert third.before == ""
    assert asked(limit=5).before == ""
    assert [key.id for key in asked(key=made[1]).keys] == [made[1]]
    assert asked(before="key_none").keys == asked(key="key_none").keys == []


def test_a_rotated_key_works_beside_the_new_one_for_its_hours(scene: Scene) -> None:
    """The new one has its name and rights."""
    old = desk.create(scene.house, scene.caller, AskedKey(name="a", scopes=("guard",)))

    fresh = desk.rotate(scene.house, scene.caller, old.key.id, AskedRotation(hours=1))

    assert (fresh.key.name, fresh.key.scopes, fresh.key.replaces) == ("a", ["guard"], old.key.id)
    before = scene.store.keys.get(old.key.id)
    assert before is not None
    assert before.usable(now())
    assert not before.usable(now() + 3_601_000_000)


def test_a_revoked_key_is_gone_for_good(scene: Scene) -> None:
    """Revoking it twice changes nothing; it cannot be rotated."""
    made = desk.create(scene.house, scene.caller, AskedKey(name="a"))

    assert (
        desk.revoke(scene.house, scene.caller, made.key.id, AskedRevocation(reason="lost")).state == "revoked"
    )
    place = scene.store.events.last_seq()
    assert (
        desk.revoke(scene.house, scene.caller, made.key.id, AskedRevocation(reason="again")).state
        == "revoked"
    )
    assert scene.store.events.last_seq() == place
    with pytest.raises(YanmenError, match="usable"):
        desk.rotate(scene.house, scene.caller, made.key.id, AskedRotation())
    with pytest.raises(AbsentError):
        desk.revoke(scene.house, scene.caller, "key_none", AskedRevocation(reason="x"))


@pytest.mark.parametrize("name", ["\x00", " ", "a\u202eb", "line\nline"])
def test_names_are_printable(scene: Scene, name: str) -> None:
    """They stand in logs and pages."""
    with pytest.raises(YanmenError):
        desk.create(scene.house, scene.caller, AskedKey(name=name))
