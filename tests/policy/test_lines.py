"""YAML that remembers its lines."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.errors import YanmenError
from yanmen.policy.lines import BYTES, Document, read


def test_every_value_knows_its_line() -> None:
    """Keys, list items, and what stands in them."""
    document = Document(Path("p.yaml"), "a: 1\nb:\n  - c: 2\n  - d: [3,\n     4]\n")

    assert document.tree == {"a": 1, "b": [{"c": 2}, {"d": [3, 4]}]}
    assert document.where(("a",)) == "p.yaml:1"
    assert document.where(("b", 1, "d", 1)) == "p.yaml:5"
    assert document.where(("b", 0, "unknown")) == "p.yaml:3"
    assert document.where(("nothing",)) == "p.yaml:1"


def test_an_empty_file_is_an_empty_mapping() -> None:
    """The schema then says what is missing."""
    assert Document(Path("p.yaml"), "# nothing\n").tree == {}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb: [1,\n", 3, "expected"),
        ("a: 1\na: 2\n", 2, "twice"),
        ("a: 1\n? [b]\n: 2\n", 2, "word"),
        ("a: 1\nb: !!python/object:os.system x\n", 2, "cannot read"),
        ("a: 1\nb: 2000-99-99\n", 2, "quotation marks"),
        ("a: 1\nb: 2000-01-01\n", 2, "quotation marks"),
        ("a: 1\nb: !!bool perhaps\n", 2, "cannot read"),
        ("a: 1\nb: !!int x\n", 2, "cannot read"),
        ("a: 1\nb: !!timestamp x\n", 2, "cannot read"),
        ("a: 1\n--- \nb: 2\n", 2, "another document"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, says: str) -> None:
    """Syntax, double keys, tags that would build objects."""
    with pytest.raises(YanmenError, match=says) as wrong:
        Document(Path("p.yaml"), text)

    assert wrong.value.where == f"p.yaml:{line}"


def test_an_alias_bomb_is_refused() -> None:
    """Nine levels of nine aliases would be 400 million values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 9)]

    with pytest.raises(YanmenError, match="too many values"):
        Document(Path("p.yaml"), "\n".join(lines))


def test_a_value_inside_itself_is_refused() -> None:
    """YAML can say it; nobody means it."""
    with pytest.raises(YanmenError, match=r"deep|recursive"):
        Document(Path("p.yaml"), "a: &a\n  b: *a\n")


def test_endless_nesting_is_refused() -> None:
    """Ten thousand brackets."""
    with pytest.raises(YanmenError):
        Document(Path("p.yaml"), "[" * 10_000)


@given(st.text(alphabet=st.sampled_from("ab: -[]{}\n&*!|>'\"#,?%@0.5~\t\\x\x00\u2028"), max_size=200))
def test_no_text_does_worse_than_an_error_that_can_be_mended(text: str) -> None:
    """Whatever is written, it is read or refused; nothing else is raised."""
    with suppress(YanmenError):
        Document(Path("p.yaml"), text)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Missing, too large, not UTF-8."""
    large, binary = tmp_path / "large.yaml", tmp_path / "binary.yaml"
    large.write_bytes(b"#" * (BYTES + 1))
    binary.write_bytes(b"a: 1\nb: \xff\n")

    with pytest.raises(YanmenError, match="cannot read"):
        read(tmp_path / "missing.yaml")
    with pytest.raises(YanmenError, match="larger than"):
        read(large)
    with pytest.raises(YanmenError, match="not UTF-8") as wrong:
        read(binary)
    assert wrong.value.where == f"{binary}:2"
