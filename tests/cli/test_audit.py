"""``yanmen audit``."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from yanmen.cli import audit
from yanmen.cli.audit import command
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Event
from yanmen.store import Store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A store with three records, the last of them a gap."""
    folder = tmp_path / "data"
    with Store.open(folder) as store:
        for number, kind in enumerate(("call.refused", "call.refused", "store.gap"), 1):
            count = {"count": 7, "cause": "overflow\x1b[31m"} if kind == "store.gap" else {}
            store.append(Event(id=f"evt_{number}", at=number, kind=kind, data=count)).result(30)
    return folder


def said(data: Path, *words: str) -> Result:
    """What the command answers."""
    result = CliRunner().invoke(command, [*words, "--data", str(data)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def altered(data: Path) -> None:
    """Change a byte of the second record."""
    with closing(sqlite3.connect(data / "yanmen.db", isolation_level=None)) as db:
        (sql,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'events_are_not_changed'").fetchone()
        db.execute("DROP TRIGGER events_are_not_changed")
        db.execute("UPDATE events SET body = CAST(replace(body, 'refused', 'allowed') AS BLOB) WHERE seq = 2")
        db.execute(sql)


def test_a_whole_record_exits_with_0_and_says_what_it_cannot_know(data: Path) -> None:
    """Without a checkpoint from elsewhere."""
    result = said(data, "verify")

    assert result.exit_code == 0
    assert "3 records" in result.stdout
    assert "could have written the whole log anew" in result.stdout
    assert "1 records tell of lost events" in result.stdout


def test_with_a_checkpoint_and_a_key_from_elsewhere_it_says_so(data: Path, tmp_path: Path) -> None:
    """Both from files; the key also as it is."""
    checkpoint, key = tmp_path / "kept", tmp_path / "key"
    checkpoint.write_text(said(data, "checkpoint").stdout)
    key.write_text(said(data, "key").stdout)
    with Store.open(data) as store:
        store.append(Event(id="evt_4", at=4, kind="call.refused")).result(30)
    for given in (str(key), key.read_text().strip()):
        result = said(data, "verify", "--checkpoint", str(checkpoint), "--public-key", given)

        assert result.exit_code == 0
        assert "its 3 records are the first of these" in result.stdout
        assert "anew" not in result.stdout


def test_an_altered_record_exits_with_1_and_is_named(data: Path) -> None:
    """In words and in JSON."""
    altered(data)
    result, told = said(data, "verify"), json.loads(said(data, "verify", "--json").stdout)

    assert result.exit_code == 1
    assert "First: record 2: its bytes are not those that were hashed" in result.stdout
    assert (told["result"], told["problems"][0]["code"], told["problems"][0]["seq"]) == (
        "altered",
        "altered",
        2,
    )


def test_what_cannot_be_judged_exits_with_2(data: Path) -> None:
    """And is not called whole."""
    (data / "secrets" / "log").unlink()
    result = said(data, "verify")

    assert result.exit_code == 2
    assert "could not be judged" in result.stdout
    assert "no signature could be judged" in result.stdout
    assert "is whole" not in result.stdout


def test_a_damaged_file_is_told_in_words(data: Path) -> None:
    """Exit code 1."""
    whole = (data / "yanmen.db").read_bytes()
    (data / "yanmen.db").write_bytes(whole[:10_000] + b"\xff" * 10_000 + whole[20_000:])
    result = said(data, "verify")

    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_wrong_use_is_told_with_advice(data: Path, tmp_path: Path) -> None:
    """A file that is not there, a checkpoint and a key that are none, no store."""
    (tmp_path / "none").write_bytes(b"\xff\xfe")
    with pytest.raises(YanmenError, match="cannot read"):
        said(data, "verify", "--checkpoint", str(tmp_path / "missing"))
    with pytest.raises(YanmenError, match="not UTF-8"):
        said(data, "verify", "--checkpoint", str(tmp_path / "none"))
    with pytest.raises(YanmenError, match="public key"):
        said(data, "verify", "--public-key", "a+b+c")
    with pytest.raises(YanmenError, match="no store"):
        said(tmp_path / "other", "verify")


def test_a_checkpoint_is_printed_as_it_is_signed(data: Path) -> None:
    """And its parts as JSON."""
    note = said(data, "checkpoint").stdout
    told = json.loads(said(data, "checkpoint", "--json").stdout)

    assert note.startswith("yanmen/")
    assert (told["note"], told["size"]) == (note, 3)


def test_a_proof_is_printed(data: Path) -> None:
    """With the record's bytes as JSON."""
    told = json.loads(said(data, "proof", "evt_2", "--json").stdout)

    assert said(data, "proof", "evt_2").stdout.startswith("c2sp.org/tlog-proof@v1\nindex 1\n")
    assert told["index"] == 1
    assert '"id":"evt_2"' in told["record"]


def test_gaps_are_listed_without_fooling_the_terminal(data: Path) -> None:
    """One line each; none, where there are none."""
    result = said(data, "gaps")

    assert "count=7" in result.stdout
    assert "\x1b" not in result.stdout
    assert [one["seq"] for one in json.loads(said(data, "gaps", "--json").stdout)] == [3]
    Store.open(data.parent / "empty").close()
    assert "No gaps" in said(data.parent / "empty", "gaps").stdout


def test_chinese_readers_are_answered_in_chinese(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By YANMEN_LANG."""
    monkeypatch.setenv("YANMEN_LANG", "zh")

    assert "记录完整" in said(data, "verify").stdout
    altered(data)
    assert "首处：第 2 条记录" in said(data, "verify").stdout


def test_there_is_a_sentence_for_every_problem() -> None:
    """And no sentence that nothing says."""
    source = Path(audit.__file__).parents[1] / "store" / "audit"
    code = "".join(path.read_text("utf-8") for path in sorted(source.glob("*.py")))
    families = {"where": "altered", "why": "unknown", "note": "note"}
    spoken = {
        f"{family}-{word}"
        for family, method in families.items()
        for word in re.findall(rf'found\.{method}\(\s*"([a-z-]+)"', code)
    }
    file = Path(audit.__file__).parent / "messages" / "audit" / "en.yaml"
    written = {key for key in yaml.safe_load(file.read_text("utf-8")) if key.partition("-")[0] in families}

    assert spoken | {"where-altered"} == written


def test_the_key_is_rotated_and_its_chain_handed_out(data: Path) -> None:
    """The new public key is printed; the notes lead to it; the check says how often."""
    old = said(data, "key").stdout.strip()
    page = said(data, "rotate-key").stdout
    new = said(data, "key").stdout.strip()

    assert old != new
    assert old in page
    assert page.splitlines()[-1] == new
    chain = said(data, "key", "--chain").stdout
    assert old in chain
    assert new in chain
    result = said(data, "verify", "--public-key", old)
    assert result.exit_code == 0
    assert "rotated 1 times, each time signed by the key before" in result.stdout
