"""What files said, kept by their digest."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from yanmen.supply.reach.facts import Facts, Import
from yanmen.supply.reach.kept import SHAPE, Kept, Memory


def test_a_file_is_read_through_once(tmp_path: Path) -> None:
    """What is kept is believed; what was not asked for any more stays as long as there is room."""
    file = tmp_path / "folder" / "kept"
    first = Memory(file)
    facts = first.facts(b"import a\n")
    first.keep()
    kept = msgspec.msgpack.decode(file.read_bytes(), type=Kept)

    assert list(kept.facts.values()) == [facts]
    marked = Kept(
        SHAPE, dict.fromkeys(kept.facts, Facts(imports=(Import("marked", 0, (), ("m",), 1, 0, False),)))
    )
    file.write_bytes(msgspec.msgpack.encode(marked))
    assert Memory(file).facts(b"import a\n").imports[0].module == "marked"
    second = Memory(file)
    second.facts(b"import b\n")
    second.keep()
    assert len(msgspec.msgpack.decode(file.read_bytes(), type=Kept).facts) == 2


@pytest.mark.parametrize("data", [b"", b"\x00nonsense", msgspec.msgpack.encode(Kept("another", {}))])
def test_what_cannot_be_read_is_as_if_it_were_not_there(tmp_path: Path, data: bytes) -> None:
    """The source is read anew."""
    file = tmp_path / "kept"
    file.write_bytes(data)

    assert Memory(file).facts(b"import a\n").imports[0].module == "a"


def test_where_nothing_can_be_kept_nothing_is_lost(tmp_path: Path) -> None:
    """The folder is a file."""
    (tmp_path / "file").write_text("")
    memory = Memory(tmp_path / "file" / "kept")
    memory.facts(b"import a\n")
    memory.keep()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]
