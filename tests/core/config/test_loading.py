"""The configuration: strict, and every error says where."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path
from typing import get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core import config as config_module
from yanmen.core.config import Config, Section, line_of, load
from yanmen.core.errors import YanmenError


def _file(folder: Path, text: str) -> Path:
    path = folder / "yanmen.toml"
    path.write_text(text, "utf-8")
    return path


def test_without_a_file_everything_has_a_default() -> None:
    """And nothing is reachable from outside the machine."""
    config = load().config

    assert config == Config()
    assert config.gateway.host == config.console.host == "127.0.0.1"
    assert config.telemetry.otlp_endpoint == ""


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    """And where each value came from is remembered."""
    file = _file(tmp_path, '[gateway]\nport = 9000\n\n[gateway.upstream]\nurl = "http://127.0.0.1:1/v1"\n')
    loaded = load(file)

    assert loaded.config.gateway.port == 9000
    assert loaded.config.gateway.host == "127.0.0.1"
    assert loaded.sources == {"gateway.port": f"{file}:2", "gateway.upstream.url": f"{file}:5"}


def test_flags_win_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later in the order wins."""
    file = _file(tmp_path, '[gateway]\nport = 1\nhost = "127.0.0.2"\n[console]\nport = 1\n')
    monkeypatch.setenv("YANMEN_CONFIG__GATEWAY__PORT", "2")
    monkeypatch.setenv("YANMEN_CONFIG__CONSOLE__PORT", "2")
    loaded = load(file, {"gateway.port": ("--port", 3)})

    assert loaded.config.gateway.port == 3
    assert loaded.config.console.port == 2
    assert loaded.config.gateway.host == "127.0.0.2"
    assert loaded.sources["gateway.port"] == "--port"
    assert loaded.sources["console.port"] == "YANMEN_CONFIG__CONSOLE__PORT"


def test_the_environment_may_hold_words_numbers_and_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read as TOML where it is TOML, else as a word."""
    monkeypatch.setenv("YANMEN_CONFIG__LANGUAGE", "zh")
    monkeypatch.setenv("YANMEN_CONFIG__SOC__AUTOMATIC", "false")
    monkeypatch.setenv("YANMEN_CONFIG__POLICY__FILES", '["a.yaml", "b.yaml"]')
    config = load().config

    assert config.language == "zh"
    assert config.soc.automatic is False
    assert config.policy.files == ("a.yaml", "b.yaml")


@pytest.mark.parametrize(
    ("text", "line", "name", "said"),
    [
        ("[gateway]\nporrt = 1\n", 2, "gateway.porrt", "unknown field"),
        ("\n\n[gatway]\nport = 1\n", 3, "gatway", "unknown field"),
        ("[gateway]\nhost = 'a'\nport = 70_000\n", 3, "gateway.port", "<= 65535"),
        ("[gateway]\nport = 'http'\n", 2, "gateway.port", "Expected `int`, got `str`"),
        ("[gateway.bounds]\n# a note\njson_depth = 1\n", 3, "gateway.bounds.json_depth", ">= 4"),
        ("gateway.bounds.json_depth = 1\n", 1, "gateway.bounds.json_depth", ">= 4"),
        ("[gateway]\nbounds = { json_depth = 1 }\n", 2, "gateway.bounds.json_depth", ">= 4"),
        ("[tenants.a]\nkeep_days = 1\n[tenants.b]\nkeep_days = -1\n", 4, "tenants.b.keep_days", ">= 0"),
        ("[policy]\nfiles = ['a', 3]\n", 2, "policy.files", "Expected `str`, got `int`"),
    ],
)
def test_a_wrong_value_is_named_with_its_file_and_line(
    tmp_path: Path, text: str, line: int, name: str, said: str
) -> None:
    """So that an editor can jump to it; nothing is ignored."""
    file = _file(tmp_path, text)

    with pytest.raises(YanmenError) as caught:
        load(file)

    assert caught.value.where == f"{file}:{line}"
    assert name in caught.value.message.en
    assert said in caught.value.message.en
    assert caught.value.hint.en


@pytest.mark.parametrize("content", [b"[gateway\nport = 1\n", b"\xff\xfe\x00"])
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    """Broken syntax and broken encoding alike."""
    file = tmp_path / "yanmen.toml"
    file.write_bytes(content)

    with pytest.raises(YanmenError) as caught:
        load(file)

    assert str(file) in caught.value.where


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A mistyped name must not start an unconfigured system."""
    with pytest.raises(YanmenError, match=r"cannot read .*absent\.toml"):
        load(tmp_path / "absent.toml")


def test_a_wrong_flag_names_the_flag() -> None:
    """Not a file that nobody wrote."""
    with pytest.raises(YanmenError) as caught:
        load(None, {"gateway.port": ("--port", 99_999)})

    assert caught.value.where == "--port"


def test_a_wrong_variable_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, of the environment."""
    monkeypatch.setenv("YANMEN_CONFIG__GATEWAY__PORRT", "1")

    with pytest.raises(YanmenError) as caught:
        load()

    assert caught.value.where == "YANMEN_CONFIG__GATEWAY__PORRT"


@pytest.mark.parametrize(
    ("text", "dotted", "line"),
    [
        ("a = 1\nb = 2\n", "b", 2),
        ("[t]\na = 1\n[u]\na = 1\n", "u.a", 4),
        ('[t."x y"]\n"a" = 1\n', "t.xy.a", 2),
        ("[t]\na = { b = { c = 1 } }\n", "t.a.b.c", 2),
        ("[t]\na = 1\n", "nowhere", 1),
        ("", "a", 1),
    ],
)
def test_a_names_line_is_where_it_is_written_or_the_nearest_table(text: str, dotted: str, line: int) -> None:
    """From 1, as editors count."""
    assert line == line_of(text, dotted)


@given(st.text(), st.text())
def test_finding_a_line_never_fails(text: str, dotted: str) -> None:
    """It is asked when something is wrong already."""
    assert 1 <= line_of(text, dotted) <= max(1, len(text.splitlines()))


def test_defaults_are_within_their_own_bounds() -> None:
    """The default configuration passes the check that a file must pass."""
    assert msgspec.convert(msgspec.to_builtins(Config()), Config) == Config()


def test_every_section_refuses_unknown_keys() -> None:
    """Also those that are yet to be written."""
    sections: list[type[Section]] = [Config, *Section.__subclasses__()]

    assert all(section.__struct_config__.forbid_unknown_fields for section in sections)
    assert all(get_type_hints(section) for section in sections)


def test_every_setting_says_what_it_means() -> None:
    """The reference is made from these sentences; a table that is a section of its own is told by its class."""
    files = Path(config_module.__file__).parent.glob("*.py")
    nodes = [node for file in files for node in ast.parse(file.read_text("utf-8")).body]
    sections = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    told = {section.__name__ for section in Section.__subclasses__()}
    silent = [
        f"{name}.{field.target.id}"
        for name, node in sections.items()
        for field, after in pairwise([*node.body, ast.Pass()])
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and ast.unparse(field.annotation) not in {*told, "Config"}
        and not (isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant))
    ]

    assert silent == []


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ("", "accepted_by"),
        ('accepted_by = "platform"', "accepted_until"),
        ('accepted_by = "platform"\naccepted_until = "2027-02-30"', "accepted_until"),
    ],
)
def test_what_is_accepted_unchecked_has_somebody_and_an_end(tmp_path: Path, lines: str, field: str) -> None:
    """Otherwise it would be accepted for ever, by nobody."""
    path = tmp_path / "yanmen.toml"
    path.write_text(f'[supply]\naccept_unchecked = ["pkg:deb"]\n{lines}\n', "utf-8")

    with pytest.raises(YanmenError) as caught:
        load(path)
    assert field in caught.value.where
    path.write_text(
        '[supply]\naccept_unchecked = ["pkg:deb"]\naccepted_by = "p"\naccepted_until = "2027-01-31"\n',
        "utf-8",
    )
    assert load(path).config.supply.accept_unchecked == ("pkg:deb",)
