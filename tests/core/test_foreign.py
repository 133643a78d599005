"""What others' errors say, in both languages: each error here is one that its library really raised."""

from __future__ import annotations

import re
import socket
import sqlite3
import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
import pytest
import yaml

from yanmen.core import foreign
from yanmen.core.nouns import Phrase

HAN = re.compile(r"[\u4e00-\u9fff]")


class Table(msgspec.Struct, forbid_unknown_fields=True):
    """Something to be wrong in."""

    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)]
    name: Annotated[str, msgspec.Meta(min_length=2, max_length=4, pattern="^[a-z]+$")] = "ab"
    tags: Annotated[list[str], msgspec.Meta(min_length=1, max_length=2)] = msgspec.field(
        default_factory=lambda: ["a"]
    )
    pair: tuple[int, int] = (0, 0)


class Whole(msgspec.Struct, forbid_unknown_fields=True):
    """One table, named."""

    table: Table
    more: dict[str, int] = {}


@pytest.mark.parametrize(
    ("tree", "english", "chinese", "place"),
    [
        ({"table": {"port": "x"}}, "Expected `int`, got `str`", "应为 `int`，实为 `str`", "$.table.port"),
        ({"table": {"port": 0}}, "Expected `int` >= 1", "`int` 须 >= 1", "$.table.port"),
        ({"table": {"port": 70_000}}, "Expected `int` <= 65535", "`int` 须 <= 65535", "$.table.port"),
        ({"table": {}}, "Object missing required field `port`", "缺少必填字段 `port`", "$.table"),
        ({"tabel": 1}, "Object contains unknown field `tabel`", "没有名为 `tabel` 的字段", ""),
        (
            {"table": {"port": 1, "name": "a"}},
            "Expected `str` of length >= 2",
            "至少要有 2 个字符",
            "$.table.name",
        ),
        (
            {"table": {"port": 1, "name": "abcde"}},
            "Expected `str` of length <= 4",
            "最多 4 个字符",
            "$.table.name",
        ),
        (
            {"table": {"port": 1, "name": "ABC"}},
            "Expected `str` matching regex '^[a-z]+$'",
            "应符合正则表达式 '^[a-z]+$'",
            "$.table.name",
        ),
        (
            {"table": {"port": 1, "tags": []}},
            "Expected `array` of length >= 1",
            "至少要有 1 项",
            "$.table.tags",
        ),
        (
            {"table": {"port": 1, "pair": [1]}},
            "Expected `array` of length 2, got 1",
            "应有 2 项，实有 1 项",
            "$.table.pair",
        ),
        (
            {"table": {"port": 1}, "more": {1: 2}},
            "Expected `str`, got `int`",
            "应为 `str`，实为 `int`",
            "$.more",
        ),
    ],
)
def test_what_is_wrong_with_a_value_is_said_in_both_languages(
    tree: object, english: str, chinese: str, place: str
) -> None:
    """With the way to it, of a key the way to its table."""
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(tree, Whole)

    assert foreign.validation(caught.value) == (Phrase(en=english, zh=chinese), place)


@pytest.mark.parametrize(
    "text",
    [
        "port 1",
        "port = ",
        "port = 1 2",
        "= 1",
        "[a",
        "[[a]",
        "a = 1\na = 2",
        "[a]\n[a]",
        "a = {b = 1}\n[a.c]",
        "a = [1",
        'a = "x',
        'a = "\\q"',
        'a = "\\uzzzz"',
        'a = "\x01"',
        "a = 2020-13-40",
        "a = {b = 1, b = 2}",
        "a = 1 \x02",
    ],
)
def test_bad_toml_is_said_in_chinese(text: str) -> None:
    """Whatever Python's reader finds wrong; the line stands in the error's place."""
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    phrase = foreign.toml(caught.value)

    assert HAN.search(phrase.zh)
    assert "(at " not in phrase.en
    assert phrase.en


@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml.CSafeLoader])
@pytest.mark.parametrize(
    "text",
    [
        "a: b: c",
        "a: [1, 2",
        "a: {b: 1",
        "a:\n  - 1\n b: 2",
        "a: 'x",
        'a: "\\q"',
        "a: *nothing",
        "a: @x",
        "a: 1\n---\nb: 2",
        "- a\nb: 1",
        "a\nb: 1",
        "[a]\nb = 1",
    ],
)
def test_bad_yaml_is_said_in_chinese(text: str, loader: type[yaml.SafeLoader]) -> None:
    """Of both readers, the plain and the fast one."""
    with pytest.raises(yaml.MarkedYAMLError) as caught:
        yaml.load(text, loader)  # noqa: S506  # both are safe

    assert HAN.search(foreign.said(caught.value.problem or "").zh), caught.value.problem


def test_what_the_system_refuses_is_said_in_both_languages(tmp_path: Path) -> None:
    """Without the file's name, which the frame has."""
    with pytest.raises(OSError, match="absent") as missing:
        (tmp_path / "absent").read_text()
    with pytest.raises(OSError, match="directory") as folder:
        tmp_path.read_text()

    assert foreign.system(missing.value) == Phrase(en="No such file or directory", zh="文件或目录不存在")
    assert foreign.system(folder.value).zh == "是目录，不是文件"


def test_an_unknown_host_is_said_in_both_languages() -> None:
    """Its numbers are not the system's."""
    error = socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert foreign.system(error) == Phrase(en="Name or service not known", zh="无法解析主机名")


def test_a_damaged_database_is_said_in_both_languages(tmp_path: Path) -> None:
    """As SQLite words it."""
    (tmp_path / "x.db").write_bytes(b"no database" * 100)
    with pytest.raises(sqlite3.DatabaseError) as caught:
        sqlite3.connect(tmp_path / "x.db").execute("SELECT * FROM sqlite_master")

    assert foreign.said(str(caught.value)).zh == "文件不是数据库"


def test_an_unknown_sentence_stays_as_it_is() -> None:
    """And is cut where it is very long."""
    assert foreign.said("it did not work") == Phrase(en="it did not work", zh="it did not work")
    assert len(foreign.said("x" * 9_000).zh) == 500
