"""Commands that install."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.supply.commands import LONGEST, installs
from yanmen.supply.walk import UnreadError


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pip install a b==1", ["pip:a", "pip:b==1"]),
        ("python3.11 -m pip install -U --index-url https://host 'a>=1,<2'", ["pip:a>=1,<2"]),
        ("sudo FOO=1 pip3 install a > log", ["pip:a"]),
        ("uv pip install a && uv add b; poetry add c; poetry install d", ["pip:a", "pip:b", "pip:c"]),
        ("pip install -r requirements.txt -e . --no-deps", []),
        ("conda create -n x python=3.10 -c conda-forge", ["conda:python=3.10"]),
        ("npm i -g a@1 @s/b", ["npm:a@1", "npm:@s/b"]),
        ("yarn add a; npx b --flag c; npm run install", ["npm:a", "npm:b"]),
        ("apt-get update && apt-get install -y a=1 b", ["deb:a=1", "deb:b"]),
        ("apk add --no-cache --virtual deps a", ["apk:a"]),
        ("dnf -y install a", ["rpm:a"]),
        ("echo pip install a", []),
        ("pip install 'unclosed", ["pip:'unclosed"]),
        ("pip", []),
        ("", []),
    ],
)
def test_what_a_command_would_install(command: str, expected: list[str]) -> None:
    """Options and what they take are left out; nothing is run."""
    assert [f"{one.kind}:{one.text}" for one in installs(command)] == expected


def test_a_command_without_end() -> None:
    """Is not read."""
    with pytest.raises(UnreadError, match="too-large"):
        list(installs("pip install " + "a " * LONGEST))


@given(st.text(alphabet="pip install-rue;&|\\n'\"$() =@#<>", max_size=60))
def test_any_text_is_a_command(text: str) -> None:
    """Or none."""
    with contextlib.suppress(UnreadError):
        list(installs(text))
