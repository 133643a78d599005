"""Who signs the log now."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmen.store.checkpoints import Signer
from yanmen.store.secret_files import SIGNING_KEY, secret
from yanmen.store.signing import NEXT, Signing, mark

ROOT = b"\1" * 32


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """A folder with one seed."""
    secret(tmp_path, SIGNING_KEY)
    return tmp_path


def test_the_newest_checkpoint_says_who_signs(secrets: Path) -> None:
    """The seed in force, or the one that is being put in place; a stranger's note says nobody."""
    signing = Signing(secrets)
    old = signing.first()
    new = Signer(signing.draft(), old.public.name)

    assert signing.of(old.sign(1, ROOT)) is old
    found = signing.of(new.sign(2, ROOT))
    assert found is not None
    assert found.public.raw == new.public.raw
    assert Signing(secrets).of(Signer(b"\3" * 32, old.public.name).sign(3, ROOT)) is None
    assert mark(new.public) in new.sign(2, ROOT)
    assert mark(new.public) not in old.sign(2, ROOT)


def test_a_rotation_cut_off_behind_its_commit_is_ended(secrets: Path) -> None:
    """And one that never came to it is not."""
    signing = Signing(secrets)
    old = signing.first()
    new = Signer(signing.draft(), old.public.name)
    signing.settle(old)
    assert (secrets / NEXT).exists()

    signing.settle(new)
    assert not (secrets / NEXT).exists()
    signing.put_in_place()
    assert Signer(secret(secrets, SIGNING_KEY), old.public.name).public.raw == new.public.raw
    assert (secrets / SIGNING_KEY).stat().st_mode & 0o777 == 0o600


def test_a_draft_takes_the_place_of_one_that_was_left(secrets: Path) -> None:
    """It never signed anything."""
    signing = Signing(secrets)

    assert signing.draft() != signing.draft()
    assert signing.present
    assert not Signing(secrets / "nowhere").present
