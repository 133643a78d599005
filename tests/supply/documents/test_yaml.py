"""YAML whose aliases do not expand without end."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.supply.documents.yaml import Mapping, Word, parsed_yaml
from yanmen.supply.walk import UnreadError


def test_scalars_stay_as_they_are_written() -> None:
    """A version 1.10 is no number."""
    (found,) = parsed_yaml("a: 1.10\nb: yes\nc: ~\nd: 'x'\n? [1]\n: e")

    assert found == {"a": "1.10", "b": "yes", "c": "", "d": "x", "": "e"}


def test_every_value_knows_its_line() -> None:
    """Keys and scalars."""
    (found,) = parsed_yaml("a:\n  - b\n  - c: d\n")

    assert isinstance(found, Mapping)
    assert found.lines == {"a": 1}
    assert isinstance(found["a"][0], Word)
    assert (found["a"][0].line, found["a"][1].line) == (2, 3)


def test_merge_keys_and_aliases() -> None:
    """What stands in a mapping itself comes first."""
    (found,) = parsed_yaml("x: &x {a: 1, b: 2}\ny: {<<: *x, a: 3}\nz: *x\n")

    assert found["y"] == {"a": "3", "b": "2"}
    assert found["z"] == {"a": "1", "b": "2"}


def test_many_documents() -> None:
    """One after the other; an alias does not reach into the next."""
    assert parsed_yaml("a: 1\n---\n- b\n") == [{"a": "1"}, ["b"]]
    with pytest.raises(UnreadError):
        parsed_yaml("a: &x 1\n---\nb: *x\n")


def _laughs(between: str) -> str:
    lines = ["a0: &a0 {k: v}" if between == "<<: " else "a0: &a0 [lol]"]
    for number in range(1, 40):
        names = ", ".join([f"*a{number - 1}"] * 9)
        inner = f"{{<<: [{names}], k{number}: v}}" if between == "<<: " else f"[{names}]"
        lines.append(f"a{number}: &a{number} {inner}")
    return "\n".join(lines)


@pytest.mark.parametrize("between", ["", "<<: "])
def test_a_billion_laughs(between: str) -> None:
    """By lists, and by merge keys."""
    with pytest.raises(UnreadError, match="too-large"):
        parsed_yaml(_laughs(between))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: *b", "malformed"),
        ("a: &a [*a]", "malformed"),
        ("a: [", "malformed"),
        ("[" * 5_000, "too-large"),
        ("\x00", "malformed"),
    ],
)
def test_what_is_no_yaml(text: str, reason: str) -> None:
    """An alias of itself is none either."""
    with pytest.raises(UnreadError) as error:
        parsed_yaml(text)

    assert error.value.reason == reason


def test_tags_are_not_obeyed() -> None:
    """No object is built; CloudFormation's and GitLab's own are passed by."""
    assert parsed_yaml("a: !!python/object/apply:os.system [ls]\nb: !reference [x]") == [
        {"a": ["ls"], "b": ["x"]}
    ]


@given(st.text(alphabet="ab:-[]{}&*#|>'\"!?, \n\t%@~<", max_size=60))
def test_any_text_is_yaml_or_an_unread_error(text: str) -> None:
    """Nothing else."""
    with contextlib.suppress(UnreadError):
        parsed_yaml(text)
