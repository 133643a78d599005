"""Pickles in documents."""

from __future__ import annotations

import base64
import json

import pytest
from tests.supply.models.family import held

from yanmen.supply.models.encoded import carries, inner
from yanmen.supply.models.examine import look

COMMAND = b"\x80\x02cos\nsystem\n(X\x02\0\0\0idtR."
BASE64 = base64.b64encode(COMMAND).decode()
ESCAPED = f'{{"a": "\\u0067{BASE64[1:]}"}}'


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"a": [1, {"b": BASE64}]}),
        json.dumps({"a": COMMAND.hex()}),
        json.dumps({"a": base64.b64encode(b"cos\nsystem\n(S'id'\ntR.").decode()}),
        json.dumps({"a": "x" * (1 << 20), "b": BASE64}),
        json.dumps(
            {"a": base64.b64encode(COMMAND[:2] + b"X\0\0\2\0" + bytes(131072) + b"0" + COMMAND[2:]).decode()}
        ),
        ESCAPED,
        BASE64,
        f"\n{BASE64}\n",
    ],
)
def test_an_encoded_pickle_is_seen_and_examined(text: str) -> None:
    """At any depth, behind a megabyte, however its characters are written; a text that is nothing else."""
    document = held("a.json" if text[0] == "{" else "a.txt", text.encode())

    assert carries(document)
    assert [found.rule.id for found in look(document).findings] == ["pickle.calls-os"]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"image": base64.b64encode(b"\x89PNG" + bytes(60)).decode()}),
        json.dumps({"gAAAAABh": "a token of Fernet's: gAAAAABhx"}),
        json.dumps({"k": base64.b64encode(b"gA words, and more of them").decode()}),
        json.dumps({"sha256": "800258" + "9f" * 29, "md5": "80025d9fa1b2c3d4e5f60718293a4b5c"}),
        "Yes, and some words of a text.",
        "",
    ],
)
def test_other_strings_are_none(text: str) -> None:
    """Pictures, tokens, words."""
    assert not carries(held("a.json", text.encode()))


def test_a_document_too_large_to_be_read_whole_could_not_be_judged_for_it() -> None:
    """It is searched all the same."""
    found = look(held("a.json", json.dumps({"x": "y" * (3 << 20), "b": BASE64}).encode()))

    assert (found.proof, {one.reason for one in found.unexamined}) == ("unknown", {"too-large"})


def test_what_a_text_is_as_a_whole_is_given() -> None:
    """And nothing of a text with a word beside it."""
    assert inner(BASE64.encode()) == COMMAND
    assert inner(f"{BASE64} words!".encode()) is None
