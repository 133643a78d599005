"""Another key for the log."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Event, Ref
from yanmen.store import Store
from yanmen.store.audit import public_key, rotate, rotations, signed_checkpoint, verify
from yanmen.store.audit.report import Findings
from yanmen.store.audit.rotation import Chain, chain
from yanmen.store.backups import create, restore
from yanmen.store.checkpoints import PublicKey, Signer, note_of, signatures, verified
from yanmen.store.reading import read_only
from yanmen.store.secret_files import SIGNING_KEY
from yanmen.store.signing import NEXT

if TYPE_CHECKING:
    from tests.store.audit.conftest import Tamper

Make = Callable[..., Event]
PERSON = Ref(kind="user", id="ann")


def grown(folder: Path, event: Make, count: int = 5) -> None:
    """Some records more."""
    with Store.open(folder) as store:
        for _ in range(count):
            store.append(event("call.refused")).result(30)


def test_old_checkpoints_stay_good(busy: Path, event: Make) -> None:
    """With the first key, with one between, and with the last, each given from elsewhere; the log keeps its name."""
    keys, points = [str(public_key(busy))], [signed_checkpoint(busy)]
    for _ in range(2):
        made = rotate(busy, PERSON)
        grown(busy, event)
        keys.append(str(public_key(busy)))
        points.append(signed_checkpoint(busy))
        assert str(made.new) == keys[-1]

    assert len(set(keys)) == 3
    assert len({key.partition("+")[0] for key in keys}) == 1
    for key in keys:
        for point in points:
            report = verify(busy, key, point)
            assert (report.word, report.rotations, report.problems) == ("ok", 2, ())
            assert report.outside >= 0
    assert verify(busy).word == "ok"


def test_others_follow_the_keys_from_the_first_to_the_last(busy: Path) -> None:
    """By the notes alone: each is signed by the key that the one before made known."""
    known = public_key(busy)
    made = [rotate(busy) for _ in range(3)]
    last = public_key(busy)

    for note in rotations(busy):
        text, signed = signatures(note)
        assert any(known.signed(text, signature) for _, signature in signed)
        known = PublicKey.parse(text.splitlines()[4])
        assert any(known.signed(text, signature) for _, signature in signed)
    assert known.raw == last.raw
    assert verified(signed_checkpoint(busy), last) is not None
    assert [one.size for one in made] == sorted({one.size for one in made})


@pytest.mark.embedded
def test_a_running_gateway_takes_the_new_key_up(busy: Path, event: Make) -> None:
    """Whoever writes meanwhile writes on; nothing is lost and nothing is signed by a key that has ended."""
    stop = threading.Event()
    written = []
    with Store.open(busy) as store:

        def write() -> None:
            while not stop.is_set():
                written.append(store.append(event("call.refused")).result(30))

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for _ in range(4):
                rotate(busy)
        finally:
            stop.set()
            writer.join()
        assert store.public_key.raw == public_key(busy).raw
        store.append(event("call.refused")).result(30)
    report = verify(busy)

    assert (report.word, report.rotations) == ("ok", 4)
    assert len(set(written)) == len(written)


@pytest.mark.embedded
def test_the_old_seed_is_gone_and_the_act_is_on_record(busy: Path) -> None:
    """Who did it; no secret in the event."""
    seed = (busy / "secrets" / SIGNING_KEY).read_bytes()
    rotate(busy, PERSON)

    assert seed not in b"".join(file.read_bytes() for file in (busy / "secrets").iterdir())
    with Store.open(busy) as store:
        (one,) = store.events.after(0, 10, ("log.key-rotated",))
    assert one.event.actor == PERSON
    assert one.event.data["new"] == str(public_key(busy))


DRIVER = """
import os, signal, sys
from pathlib import Path
from yanmen.store.audit import rotation
from yanmen.store.signing import Signing

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

where = sys.argv[2]
if where == "before the commit":
    rotation.write = die
elif where == "in the commit":
    real = rotation.write
    def written(*args):
        real(*args)
        die()
    rotation.write = written
elif where == "behind the commit":
    Signing.put_in_place = die
elif where == "behind all":
    rotation.Copy = die
rotation.rotate(Path(sys.argv[1]))
"""


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("where", "done"),
    [
        ("before the commit", 0),
        ("in the commit", 0),
        ("behind the commit", 1),
        ("behind all", 1),
    ],
)
def test_killed_at_any_moment_the_log_opens_and_is_whole(
    busy: Path, event: Make, where: str, done: int
) -> None:
    """Before and after it is opened again; a next rotation goes through."""
    ended = subprocess.run([sys.executable, "-c", DRIVER, str(busy), where], check=False)
    assert ended.returncode == -9

    assert (verify(busy).word, verify(busy).rotations) == ("ok", done)
    backup = busy.with_name("backup")
    assert create(busy, backup).word == "ok"
    second = busy.with_name("second")
    shutil.copytree(busy, second)
    rotate(second)
    assert (verify(second).word, verify(second).rotations) == ("ok", done + 1)
    grown(busy, event)
    assert not (busy / "secrets" / NEXT).exists() or not done
    assert (verify(busy).word, verify(busy).rotations) == ("ok", done)


@pytest.mark.embedded
def test_backups_of_before_and_after_come_back(busy: Path, tmp_path: Path, event: Make) -> None:
    """Each with the key of its time, and goes on; the newer key's holder sees that the older one is older."""
    create(busy, tmp_path / "before")
    rotate(busy)
    grown(busy, event)
    create(busy, tmp_path / "after")
    key, point = str(public_key(busy)), signed_checkpoint(busy)

    for name, times in (("before", 0), ("after", 1)):
        folder = tmp_path / f"new-{name}" / "data"
        assert restore(tmp_path / name, folder).word == "ok"
        grown(folder, event)
        assert (verify(folder).word, verify(folder).rotations) == ("ok", times)
    assert verify(tmp_path / "new-after" / "data", key, point).word == "ok"
    assert verify(tmp_path / "new-before" / "data", key, point).word == "altered"


@pytest.mark.embedded
def test_a_thief_of_the_old_seed_cannot_go_on(busy: Path, event: Make) -> None:
    """What he signs behind the rotation is signed by nobody; a rotation of his own does not lead to the last key."""
    stolen = busy.with_name("stolen")
    shutil.copytree(busy, stolen)
    rotate(busy)
    key = str(public_key(busy))
    shutil.copy(stolen / "secrets" / SIGNING_KEY, busy / "secrets" / SIGNING_KEY)
    with pytest.raises(YanmenError, match="signing key"):
        Store.open(busy)
    assert "other-key" in {one.code for one in verify(busy, key).problems}

    rotate(stolen)
    grown(stolen, event)
    assert verify(stolen).word == "ok"
    assert verify(stolen, key).word == "altered"


@pytest.mark.embedded
def test_a_rotation_that_no_key_signed_is_named(busy: Path, tamper: Tamper) -> None:
    """However its note was changed."""
    rotate(busy)
    with Store.open(busy) as store:
        (one,) = store.events.after(0, 10, ("log.key-rotated",))
    forged = one.event.data["note"].replace("log key rotation", "log key rotatiom")
    event = msgspec.structs.replace(one.event, data=one.event.data | {"note": forged})
    body = msgspec.json.encode(msgspec.structs.replace(one, event=event))
    tamper(busy, ("UPDATE events SET body = ? WHERE seq = ?", (body, one.seq)))

    codes = [problem.code for problem in verify(busy).problems]
    assert "rotation" in codes
    assert "altered" in codes


def test_a_note_needs_both_signatures_and_its_own_place(busy: Path, event: Make) -> None:
    """The old key hands over, the new one shows that it is held."""
    old = public_key(busy)
    mine, theirs = Signer(b"\1" * 32, old.name), Signer(b"\2" * 32, old.name)
    text = f"{old.name}\nlog key rotation\n1\n{mine.public}\n{theirs.public}\n"
    with Store.open(busy) as store:
        for note in (note_of(text, mine), note_of(text, theirs), note_of(text, mine, theirs), "", 5):
            store.append(event("log.key-rotated", note=note)).result(30)
    found = Findings()
    with closing(read_only(busy)) as db:
        keys = chain(db, old, found)

    assert [problem.code for problem in found.problems] == ["rotation"] * 5
    assert keys == Chain((old,), (0,))


@pytest.mark.postgresql
def test_of_a_shared_store_the_key_is_rotated_while_no_node_runs(busy: Path, event: Make) -> None:
    """A node that runs would sign on with the old one. Whose folder has not the new one cannot open it."""
    with Store.open(busy) as store:
        store.append(event("call.refused")).result(30)
        with pytest.raises(YanmenError, match="is writing the log"):
            rotate(busy)
    other = busy.with_name("other")
    shutil.copytree(busy, other)
    rotate(busy)
    grown(busy, event)
    assert (verify(busy).word, verify(busy).rotations) == ("ok", 1)
    with pytest.raises(YanmenError, match="has not the keys"):
        Store.open(other)


@pytest.mark.embedded
def test_where_there_is_nothing_nothing_is_rotated(tmp_path: Path, busy: Path) -> None:
    """Said in words."""
    with pytest.raises(YanmenError, match="no store"):
        rotate(tmp_path / "nowhere")
    (busy / "secrets" / SIGNING_KEY).unlink()
    with pytest.raises(YanmenError, match="not on this machine"):
        rotate(busy)
